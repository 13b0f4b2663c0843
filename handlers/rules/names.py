"""Names of people as neighbours write them: 王阿姨, 张先生, 王秀兰 and so on.

Nobody knows all names; these are found by what stands beside them. A word
too many is hidden rather than a name shown.
"""

import re

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江"
    "史顾侯邵孟龙段雷钱汤尹黎易武乔贺赖龚温欧严牛鲁葛柳毕卫俞殷施洪"
)
_OLD = (
    "阿姨|叔叔|阿伯|阿婆|阿公|大爷|大妈|大叔|大姐|大哥|大嫂|奶奶|爷爷|婆婆|伯伯"
    "|婶婶|嫂子|先生|女士|小姐|太太|老太|老师|同学"
)
_SHORT = r"师傅|医生|大夫|经理|主任|书记|老板|工程师|姐|哥|嫂|叔|伯|婶|姨"
_END = r"(?=$|[\s,，。;；、:：()（）!！?？])"
_HOLE = r"(?:的?(?:电话|手机|号码|微信))?[是 ,，:：]{0,3}\*\*\*"
_NAMED = re.compile(
    rf"(?P<a>[{_SURNAMES}][㐀-鿿]{{0,2}}?(?:{_OLD}))"
    rf"|(?P<b>[{_SURNAMES}](?:{_SHORT}))"
    rf"|(?P<c>[小老][{_SURNAMES}])(?=说|家|报|反映|来电|打来|的|{_HOLE}|[:：，,])"
    rf"|(?P<d>[{_SURNAMES}][㐀-鿿]{{1,2}})(?=[ ,，:：]{{0,2}}{_HOLE})"
    r"|(?:我叫|我是|姓名|联系人|住户|业主|户主|找|联系)[:： 是]{0,2}"
    rf"(?P<e>[{_SURNAMES}][㐀-鿿]{{1,2}}){_END}"
    r"|我是[^\s,，。;；]{0,12}?(?:楼|弄|栋|幢|座|室|单元|网格|\*)的"
    rf"(?!施工)(?P<g>[{_SURNAMES}][㐀-鿿]{{1,2}}){_END}"
    r"|(?<![A-Za-z])(?P<f>(?:[Mm](?:rs?|iss|s)|[Aa]unt(?:ie|y)?|[Uu]ncle"
    r"|[Gg]randma|[Gg]randpa)\.? [A-Z][a-z]{1,15})",
)


def without_names(text: str, instead: str) -> str:
    """Return a masked text with people's names replaced."""

    def replaced(found: re.Match[str]) -> str:
        name = next(one for one in found.groups() if one)
        return found[0].replace(name, instead, 1)

    return _NAMED.sub(replaced, text)
