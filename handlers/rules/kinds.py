"""What kind of wish it is, and the words that tell."""

OTHER = "other"

WORDS: dict[str, tuple[str, ...]] = {
    "repair": (
        "修",
        "换灯泡",
        "灯泡",
        "换灯",
        "插座",
        "水龙头",
        "换锁",
        "安装",
        "装一",
        "焊",
        "拆",
        "疏通",
        "repair",
        "fix",
    ),
    "errand": (
        "跑腿",
        "取药",
        "买药",
        "代买",
        "代取",
        "捎",
        "送到",
        "搬",
        "带下去",
        "倒垃圾",
        "接送",
        "遛",
        "浇",
        "取一",
        "取快递",
        "拿药",
        "配药",
        "拿一",
        "errand",
        "fetch",
    ),
    "company": (
        "陪",
        "聊天",
        "说说话",
        "读报",
        "念报",
        "看望",
        "散步",
        "company",
        "visit",
    ),
    "teach": (
        "教",
        "学",
        "辅导",
        "作业",
        "怎么用",
        "视频通话",
        "teach",
        "learn",
    ),
    "mend": (
        "缝",
        "裤",
        "改衣",
        "织",
        "理发",
        "理个发",
        "剪头",
        "剪个头",
        "sew",
        "haircut",
    ),
    "thing": (
        "想要",
        "借",
        "旧的",
        "多余",
        "闲置",
        "轮椅",
        "拐杖",
        "凳",
        "椅",
        "书",
        "棉鞋",
        "被子",
        "婴儿床",
        "收音机",
        "want",
        "lend",
        "borrow",
    ),
}
"""Asked in this order: a chair to be repaired is a repair."""


def kind_of(text: str) -> str:
    """Return the kind that the words of a wish tell."""
    folded = text.lower()
    for kind, words in WORDS.items():
        if any(word in folded for word in words):
            return kind
    return OTHER


KINDS = (*WORDS, OTHER)
