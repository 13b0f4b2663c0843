# People: welcome, help, privacy, groups and accounts
flood-notice = That was too fast: I read { $most } messages a minute. Please wait a little. If it is urgent, call.
