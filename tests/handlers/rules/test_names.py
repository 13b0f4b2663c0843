"""People's names are noticed by what stands beside them."""

import pytest

from handlers.rules.privacy import MASK, hide


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("张阿姨: 灯不亮", "张阿姨"),
        ("王秀兰阿姨家漏水", "王秀兰"),
        ("已和李大爷说好", "李大爷"),
        ("王秀兰 13800138000 来拿", "王秀兰"),
        ("王秀兰电话13800138000", "王秀兰"),
        ("联系人：赵海燕", "赵海燕"),
        ("我是王秀兰，灯不亮", "王秀兰"),
        ("我是1号楼的王秀兰，灯不亮", "王秀兰"),
        ("我是1号楼202的王秀兰", "王秀兰"),
        ("小王说灯坏了", "小王"),
        ("陈师傅下午来", "陈师傅"),
        ("周女士反映噪声", "周女士"),
        ("Mrs. Wang asked for it", "Wang"),
    ],
)
def test_a_name_is_hidden(text: str, name: str) -> None:
    shown = hide(text, ())

    assert name not in shown
    assert MASK in shown


@pytest.mark.parametrize(
    "text",
    [
        "已安排师傅上门更换灯泡",
        "3号楼门口路灯不亮",
        "电梯维保师傅已到",
        "高空作业车明天来",
        "我是高层住户，水压低",
        "我是12弄的施工队",
        "联系物业，马上处理",
        "石板松了，老人差点摔倒",
        "江边路灯不亮",
        "老旧小区改造",
        "已联系水务公司",
    ],
)
def test_what_is_no_name_stays(text: str) -> None:
    assert hide(text, ()) == text
