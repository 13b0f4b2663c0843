# 政策问答：回答、候选、转给网格员
faq-source = 来源：{ $source }（{ $issued }发布）
faq-source-until = 来源：{ $source }（{ $issued }发布，{ $until }前有效）
faq-which = 您想问的是哪一个？
faq-none = 这个问题我答不上来。要帮您转给网格员吗？
faq-expired = “{ $title }”的规定已于{ $until }到期，新的规定我还没有收到。
faq-ask-worker = 要帮您转给网格员吗？
faq-passed = 已转给网格员，工单 { $number }。有了答复马上告诉您。
faq-thanks-up = 谢谢，很高兴帮上忙！
faq-thanks-down = 谢谢告诉我们，我们会改进。

do-faq-up = 👍 有用
do-faq-down = 👎 没帮上
do-faq-none = 都不是
do-faq-pass = 转给网格员
do-faq-leave = 不用了

refused-empty-question = 请在“问”后面写上问题，比如“问 医保怎么交”。
refused-answer-gone = 这条解答已经更新或到期，请再问一次。
