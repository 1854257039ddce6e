"""What a column's values mean: a vocabulary and its rules as data, read by one small matcher.

Rules look at the words of the name and at the family of the type, the first that fits holds. Where no name tells, the values
do, with low confidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assay.catalog.facts import ColumnFacts, Family, mentions


class SemanticType(StrEnum):
    """The vocabulary of meanings."""

    USER_ID = "user_id"
    ITEM_ID = "item_id"
    ORDER_ID = "order_id"
    STORE_ID = "store_id"
    CAMPAIGN_ID = "campaign_id"
    COUPON_ID = "coupon_id"
    MANUFACTURER_ID = "manufacturer_id"
    OTHER_ID = "other_id"
    EVENT_TIME = "event_time"
    DATE = "date"
    VALID_FROM = "valid_from"
    VALID_TO = "valid_to"
    MONEY = "money"
    DISCOUNT = "discount"
    QUANTITY = "quantity"
    CATEGORY = "category"
    BRAND = "brand"
    SIZE = "size"
    PLACEMENT = "placement"
    AGE_RANGE = "age_range"
    INCOME_RANGE = "income_range"
    HOUSEHOLD = "household"
    STATUS = "status"
    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    CONSTANT = "constant"


@dataclass(frozen=True)
class Meaning:
    """A semantic type and how sure it is, 0..1."""

    type: SemanticType
    confidence: float


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# whose identifier a key is, by the words before its suffix
IDENTIFIED: tuple[tuple[SemanticType, frozenset[str]], ...] = (
    (SemanticType.COUPON_ID, _words("coupon voucher promocode 优惠券 券")),
    (SemanticType.CAMPAIGN_ID, _words("campaign promotion 活动 营销")),
    (SemanticType.MANUFACTURER_ID, _words("manufacturer supplier vendor maker 厂商 厂家 供应商 制造商")),
    (SemanticType.ORDER_ID, _words("order basket transaction invoice cart checkout session receipt "
                                   "订单 交易 购物篮 会话 发票")),
    (SemanticType.STORE_ID, _words("store shop branch outlet warehouse seller merchant 门店 店铺 商家 卖家 仓库")),
    (SemanticType.ITEM_ID, _words("item product sku upc ean gtin asin isbn goods article listing spu 商品 产品 货品 货号")),
    (SemanticType.USER_ID, _words("user customer household member visitor client buyer shopper person account consumer "
                                  "subscriber uid openid 用户 客户 会员 顾客 买家 家庭 账户 账号")),
)

FLAG_VALUES = frozenset({"0", "1", "0.0", "1.0", "true", "false", "t", "f", "yes", "no", "y", "n", "是", "否"})
NOT_ADDITIVE = _words("rate ratio percentage percent pct share avg average mean median score rank index age year month week "
                      "duration days hours number num count level 比例 比率 率 占比 平均 评分 排名 年龄 时长")
UNIT_PRICE = _words("price msrp 价格 售价 单价 原价")
_NUMERIC = frozenset({Family.INTEGER, Family.REAL})
_ANY = frozenset(Family) - {Family.TIME}


@dataclass(frozen=True)
class _Rule:
    type: SemanticType
    words: frozenset[str]
    families: frozenset[Family]
    confidence: float


_RULES = (
    _Rule(SemanticType.AGE_RANGE, _words("age 年龄"), _ANY, 0.9),
    _Rule(SemanticType.NUMBER, _words("rate ratio percentage percent pct duration count num number 比例 比率 率 占比 时长"),
          _NUMERIC, 0.8),
    _Rule(SemanticType.INCOME_RANGE, _words("income salary wage 收入 工资 薪资"), _ANY, 0.9),
    _Rule(SemanticType.HOUSEHOLD, _words("household marital kid child children family home homeowner housing ownership "
                                         "家庭 婚姻 子女 住房"), _ANY, 0.85),
    _Rule(SemanticType.DISCOUNT, _words("disc discount rebate markdown 折扣 优惠 减免"), _NUMERIC, 0.95),
    _Rule(SemanticType.QUANTITY, _words("quantity qty units unit_count pieces 数量 件数 销量"), _NUMERIC, 0.95),
    _Rule(SemanticType.MONEY, _words("amount amt price sales value revenue cost fee paid payment gmv spend turnover msrp "
                                     "金额 价格 售价 单价 原价 销售额 费用 成本 收益 实付"), _NUMERIC, 0.9),
    _Rule(SemanticType.BRAND, _words("brand 品牌"), _ANY, 0.95),
    _Rule(SemanticType.PLACEMENT, _words("location placement display mailer position slot shelf aisle 位置 陈列 货架"), _ANY,
          0.85),
    _Rule(SemanticType.SIZE, _words("size package weight height width volume 规格 尺寸 包装 重量"), _ANY, 0.85),
    _Rule(SemanticType.CATEGORY, _words("department category type class segment genre group commodity kind 类目 分类 部门 品类 "
                                        "类别 类型"), _ANY, 0.9),
    _Rule(SemanticType.STATUS, _words("status state 状态"), _ANY, 0.85),
)


def identified(column: ColumnFacts) -> Meaning:
    """Whose identifier a key column is."""
    for kind, vocabulary in IDENTIFIED:
        if mentions(column.words, vocabulary):
            return Meaning(kind, 0.95)
    return Meaning(SemanticType.OTHER_ID, 0.7)


def described(column: ColumnFacts) -> Meaning:
    """What a column means that is neither a key nor a time."""
    for rule in _RULES:
        if column.family in rule.families and mentions(column.words, rule.words):
            return Meaning(rule.type, rule.confidence)
    if column.distinct <= 1 and column.rows > 1:
        return Meaning(SemanticType.CONSTANT, 0.9)
    if column.family is Family.BOOLEAN or (column.distinct == 2 and {v.lower() for v in column.sample} <= FLAG_VALUES):
        return Meaning(SemanticType.FLAG, 0.8)
    if column.family in _NUMERIC:
        return Meaning(SemanticType.NUMBER, 0.5)
    return Meaning(SemanticType.TEXT, 0.5) if is_free_text(column) else Meaning(SemanticType.CATEGORY, 0.5)


def is_free_text(column: ColumnFacts) -> bool:
    """Whether texts are written one by one instead of chosen from a list."""
    if column.family is Family.OTHER:
        return True
    if column.family is not Family.TEXT or column.rows < 2:
        return False
    return column.uniqueness > 0.5 and (column.text_length > 20 or column.distinct > 1000)
