"""Packs written by hand into a temporary folder."""

from pathlib import Path

from config.pack.loading import load
from config.pack.mistakes import PackMistakes
from config.pack.values import Pack

COMMUNITY = """\
community:
  id: yuelai
  name: 悦来社区
  street: 望江街道
  time_zone: Asia/Shanghai
  language: zh-CN
grids:
  - id: g1
    name: 第一网格
    households: 263
    buildings: ["1-8号楼", 12弄]
    worker: lin
    groups: [webchat:g1, "telegram:-1001001"]
people:
  - id: lin
    name: 林工
    roles: [worker]
    phone: 0000-1001
    accounts: [webchat:lin, telegram:1001]
"""
OWN = "communities/yuelai/community.yaml"

ENTRY = """\
---
id: age-card
topic: 老年卡
questions:
  - 老年卡怎么办？
  - 多大岁数能办老年卡
source: 望江街道办事处
issued: 2026-01-08
valid_until: 2027-01-07
---
满60周岁可办。
"""


class Folder:
    """A pack's folder that a test writes into."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write(OWN, COMMUNITY)

    def write(self, name: str, text: str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def change(self, old: str, new: str, name: str = OWN) -> None:
        text = (self.path / name).read_text("utf-8")
        assert text.count(old) == 1
        self.write(name, text.replace(old, new))

    def load(self) -> Pack:
        return load(self.path)

    def mistakes(self) -> list[str]:
        try:
            self.load()
        except PackMistakes as wrong:
            return str(wrong).splitlines()
        return []
