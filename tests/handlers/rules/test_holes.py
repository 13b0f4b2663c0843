"""What a wish says without names, phones and doors reads like a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.holes import left_out
from handlers.rules.privacy import MASK, mask


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("想要一个折叠凳", "想要一个折叠凳"),
        ("想要一个折叠凳，电话13800138000", "想要一个折叠凳"),
        ("想要一个折叠凳，联系电话：13800138000", "想要一个折叠凳"),
        ("想要一个折叠凳，请联系我13800138000，谢谢", "想要一个折叠凳，谢谢"),
        ("想要一个折叠凳，我的手机号是13800138000。", "想要一个折叠凳。"),
        ("想要一个折叠凳（13800138000）", "想要一个折叠凳"),
        ("想要一个折叠凳，微信wang_13800", "想要一个折叠凳"),
        ("我是王秀兰，402室，要个凳子", "要个凳子"),
        ("我住3号楼402，想要个凳子", "我住3号楼，想要个凳子"),
        ("我住3号楼2单元402，想要个凳子", "我住3号楼2单元，想要个凳子"),
        ("我家住402室，想要个凳子", "想要个凳子"),
        ("我是3号楼402的王秀兰，想要个凳子", "我是3号楼的，想要个凳子"),
        ("我住12弄502，想要个凳子", "我住12弄，想要个凳子"),
        ("3-402想要个凳子", "3号楼想要个凳子"),
        ("8-3-402想要个凳子", "8号楼3单元想要个凳子"),
        ("想要一盆海棠，放3号楼402门口", "想要一盆海棠，放3号楼门口"),
        ("给张奶奶找个拐杖", "给一位邻居找个拐杖"),
        ("想请人陪李大爷说说话", "想请人陪一位邻居说说话"),
        ("王阿姨想请人换灯泡", "想请人换灯泡"),
        ("3号楼王阿姨想请人换灯泡", "3号楼想请人换灯泡"),
        ("修水龙头，王阿姨13800138000或13900139000", "修水龙头"),
        ("need a chair, please call me at 13800138000", "need a chair"),
        ("need a chair, my phone number is 13800138000", "need a chair"),
        ("need a ramp for Mrs. Wang", "need a ramp for a neighbour"),
    ],
)
def test_it_reads_well(text: str, shown: str) -> None:
    assert left_out(text, ("王秀兰",)) == shown


def test_who_says_nothing_else_leaves_the_holes() -> None:
    assert left_out("13800138000", ()) == MASK


@given(
    st.text(
        alphabet=st.sampled_from(
            "想要凳13800-室栋单元楼住我是，。给王阿姨电话 "
        )
    )
)
def test_nothing_comes_back(text: str) -> None:
    shown = left_out(text, ())

    assert mask(shown) == shown
