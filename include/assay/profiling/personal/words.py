"""What names of columns and tables say, in English, German, Chinese and Japanese, and in their abbreviations."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

CJK = "㐀-鿿豈-﫿ぁ-ゖァ-ヺー々"
_TOKENS = re.compile(rf"[a-zà-öø-ÿ]+|[{CJK}]+|\d+")
_TABLES = re.compile(r"(?:_?(?:info|list|master|base|basic|detail|profile|account|data|stamm|stammdaten|tbl|table|\d+)s?"
                     r"|信息|表|列表|档案|资料|名簿|マスタ|マスター|一覧|情報)*_$")
_HUMP = re.compile(r"(?<=[a-zà-öø-ÿ0-9])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])")


def spell(name: str) -> str:
    """The words of a name in lower case between underscores: `HomePhone1` -> `_home_phone_1_`."""
    tokens = _TOKENS.findall(_HUMP.sub("_", unicodedata.normalize("NFKC", name)).casefold())
    return f"_{'_'.join(tokens)}_" if tokens else "_"


class Vocabulary:
    """Phrases that a name may hold.

    Latin ones stand between word boundaries, also without the space inside and in the plural; `*` at an end is any further
    letters, for German compounds. Chinese and Japanese ones may stand anywhere.
    """

    def __init__(self, latin: str, cjk: str = ""):
        """Phrases separated by spaces, the words inside one by underscores."""
        phrases = sorted((re.escape(phrase).replace("_", "_?").replace(r"\*", "[a-zà-öø-ÿ]*") for phrase in latin.split()),
                         key=lambda phrase: (-len(phrase), phrase))
        parts = [rf"(?<=_)(?:{'|'.join(phrases)})s?(?=_)"] if phrases else []
        self._pattern = re.compile("|".join([*parts, *map(re.escape, cjk.split())]))

    @lru_cache(maxsize=4096)  # noqa: B019 - vocabularies are constants of modules
    def within(self, spelled: str) -> bool:
        """Whether a name as `spell` writes it holds one of the phrases."""
        return self._pattern.search(spelled) is not None

    def ends(self, spelled: str) -> bool:
        """Whether a name ends in a phrase, words for tables left aside: `dim_customer_info`, no `customer_segments`."""
        kept = _TABLES.sub("_", spelled)
        return any(match.end() == len(kept) - 1 for match in self._pattern.finditer(kept))


PERSONS = Vocabulary("""
    customer cust client user usr member employee emp person people contact buyer shopper patient student guest passenger
    driver subscriber visitor household staff worker applicant borrower cardholder resident citizen tenant voter rider
    kunde kunden nutzer benutzer mitglied* mitarbeiter* person* patient* teilnehmer* mieter* yonghu kehu huiyuan yh kh hy
    kd kokyaku
""", """
    用户 客户 会员 员工 人员 顾客 患者 学生 买家 居民 乘客 司机 顧客 会員 社員 従業員 利用者 お客 ユーザー 個人 名簿
""")
PLACES = Vocabulary("""
    store shop branch warehouse supplier vendor merchant hotel restaurant poi station city cities region company companies
    brand airport venue facility facilities depot plant site office outlet server host gateway netmask subnet dns broadcast
    filiale filialen lager haendler händler lieferant lieferanten firma firmen standort* geschaeft geschäft
""", """
    门店 店铺 商家 仓库 网点 供应商 商户 站点 店舗 支店 倉庫 会社 企業 公司 城市 施設 服务器 サーバ
""")
THINGS = Vocabulary("""
    product prod item article sku brand category cat department file table column field event campaign city country region
    state province county school university college course domain project app application team league song movie film book
    title model color colour street road host server process job task group class status type plan tariff channel page site
    device ship manufacturer hersteller produkt* artikel* marke* warengruppe* stadt ort ortsname land strasse firmenname
""", """
    商品 产品 品牌 类目 分类 城市 国家 省 市 地区 公司 学校 项目 文件 活动 课程 商品名 製品 会社 店名 都市 部署 企業 題名
    作品
""")
ABOUT = Vocabulary("""
    count cnt flag type model brand make price fee cost amount amt verified valid validated status domain provider carrier
    country format length len level has is plan os version color colour size hash category template expiry expires expired
    issued issuer revenue sales visit session click usage minutes seconds typ anzahl art preis gueltig anbieter marke
""", """
    类型 型号 品牌 价格 费用 数量 次数 状态 是否 归属地 运营商 有效期 种类 種別 タイプ 件数 フラグ 区分 機種 料金 有効期限
    個数
""")
_PLAIN = re.compile(r"_(?:(?:col|column|field|feld|spalte|attr|attribute|value|val|var|c|f|v|x|data|[a-z]|\d+)_)*")


def is_plain(spelled: str) -> bool:
    """Whether the name tells nothing: `col_1`, `x`, `field3`, `value`."""
    return _PLAIN.fullmatch(spelled) is not None
