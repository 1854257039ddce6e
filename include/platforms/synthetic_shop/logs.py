"""What the synthetic shop's systems write, as DuckDB queries over the macros of model.sql.

Local days of Shanghai are UTC days here: everything happens between 8 and 22 o'clock there, 0 and 14 o'clock in UTC. Time
stamps are UTC without a zone.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
MODEL = HERE / "model.sql"
FIRST = dt.date(2025, 2, 10)  # a Monday
WEEKS = 20  # the last day is Sunday, 2025-06-29
ITEMS = 80
EVENTS_PER_USER = 748  # rows of the five logs that a user leaves in all weeks, on average

# what each log holds of one week; every query gives `day`, 0 for Monday
_WEEK = {
    "requests": """
        SELECT *, DATE '{first}' + (7 * week + day)::INTEGER + to_seconds(draw(5, usr, category, week) % 50400) AS moment
        FROM (SELECT usr, category, {week} AS week, (usr * 100 + {week}) * 10 + category AS request_id,
                     request_day(usr, category)::INTEGER AS day
              FROM users, range(4) AS r(category))""",
    "impressions": """
        SELECT r.*, item_of(r.category, phase, slot // 4, (slot % 4 > 0)::INTEGER) AS item,
            row_number() OVER (PARTITION BY request_id ORDER BY draw(6, usr, r.category * 5 + phase, week), phase) AS position
        FROM (SELECT r.*, phase, slot(usr, r.category, phase, week)::INTEGER AS slot
              FROM requests AS r, range(5) AS p(phase)) AS r""",
    "clicks": """
        SELECT *, {clicked} AS moment FROM (
            SELECT usr, item, {week} AS week, (draw(7, usr, item - 10001, 0) // 4 % 7)::INTEGER AS day FROM users, items
            WHERE drawn_to(1, usr, item) AND draw(7, usr, item - 10001, 0) % 4 = {week} % 4)""",
    "carts": """
        SELECT *, {added} AS moment FROM (
            SELECT usr, item, {week} AS week, (draw(8, usr, item - 10001, 0) // 4 % 7)::INTEGER AS day FROM users, items
            WHERE drawn_to(2, usr, item) AND draw(8, usr, item - 10001, 0) % 4 = {week} % 4)""",
    "orders": """
        SELECT *, {ordered} AS moment FROM (
            SELECT usr, item, {week} AS week,
                (CASE WHEN is_shown(usr, item, {week}) THEN request_day(usr, category_of(item))
                      ELSE draw(9, usr, item - 10001, {week}) % 7 END)::INTEGER AS day,
                floor(rate_of(usr, item, {week}) * if(is_shown(usr, item, {week}), shown_times(), 1)
                      + uniform(10, usr, item - 10001, {week}))::INTEGER AS quantity
            FROM users, items)
        WHERE quantity > 0""",
}

# rows of one day, by the week's tables
_DAY = {
    "queries": """
        SELECT request_id, usr AS user_id, [
                ['陶瓷茶杯', '茶杯', 'tea cup'], ['蓝牙耳机', '耳机', 'wireless earphones'],
                ['运动跑鞋', '跑鞋', 'running shoes'], ['桌面台灯', '台灯', 'desk lamp']
            ][category + 1][draw(11, usr, category, week) % 3 + 1] AS query, moment AS searched_at
        FROM requests WHERE day = {day} ORDER BY moment, request_id""",
    "impressions": """
        SELECT request_id, usr AS user_id, item AS item_id, position::INTEGER AS position,
            propensity_of(item)::DOUBLE AS propensity, moment AS shown_at
        FROM impressions WHERE day = {day} ORDER BY moment, request_id, position""",
    "clicks": """
        SELECT usr AS user_id, item AS item_id, moment AS clicked_at
        FROM clicks WHERE day = {day} ORDER BY moment, usr, item""",
    "carts": """
        SELECT usr AS user_id, item AS item_id, (1 + draw(12, usr, item - 10001, week) % 3)::INTEGER AS quantity,
            moment AS added_at
        FROM carts WHERE day = {day} ORDER BY moment, usr, item""",
    "orders": """
        SELECT (usr * 100 + week) * 100 + item - 10001 AS order_id, usr AS user_id, item AS item_id, quantity,
            (quantity * price_of(item))::DECIMAL(12, 2) AS sales, moment AS ordered_at
        FROM orders WHERE day = {day} ORDER BY moment, usr, item""",
    "stock": """
        SELECT item AS item_id, DATE '{first}' + 7 * {week} + {day} AS day,
            (20 + draw(13, 7 * {week} + {day}, item - 10001, 0) % 80)::INTEGER AS on_hand
        FROM items WHERE {day} >= 7 - days_in_stock(item, {week}) ORDER BY item""",
    "weather_tags": """
        SELECT usr AS user_id, item AS item_id,
            ['晴', '多云', '阴', '小雨', '大风'][draw(15, usr, item - 10001, {week}) % 5 + 1] AS tag,
            DATE '{first}' + 7 * {week} + {day} AS tagged_on
        FROM users, items
        WHERE draw(14, (usr - 1) // 5, item - 10001, {week} // 4) % 5 = (usr - 1) % 5  -- drawn anew every four weeks
            AND draw(16, usr, item - 10001, {week} // 4) % 28 = {week} % 4 * 7 + {day}
        ORDER BY usr, item""",
}

# lists as they are every Monday
_LIST = {
    "items": """
        SELECT item AS item_id, concat(brand_zh, ' ', zh, ' ', dear_zh, number) AS title_zh,
            concat(brand, ' ', en, dear_en, ' ', number) AS title_en, category, brand, price_of(item)::DECIMAL(12, 2) AS price
        FROM (SELECT item, 100 + draw(26, 0, item - 10001, 0) % 900 AS number,
            ['茶具', '耳机', '跑鞋', '台灯'][category_of(item) + 1] AS category,
            ['陶瓷茶杯', '蓝牙耳机', '运动跑鞋', '桌面台灯'][category_of(item) + 1] AS zh,
            ['tea cup', 'wireless earphones', 'running shoes', 'desk lamp'][category_of(item) + 1] AS en,
            ['', '豪华版 '][dear(item) + 1] AS dear_zh, ['', ' deluxe'][dear(item) + 1] AS dear_en,
            ['青禾', '远山', '白鹭', '北辰'][draw(18, 0, item - 10001, 0) % 4 + 1] AS brand_zh,
            ['Qinghe', 'Yuanshan', 'Bailu', 'Beichen'][draw(18, 0, item - 10001, 0) % 4 + 1] AS brand FROM items)
        ORDER BY item""",
    "users": """
        SELECT usr AS user_id, concat(['王', '李', '张', '刘', '陈', '杨', '黄', '赵'][draw(19, usr, 0, 0) % 8 + 1],
                ['伟', '芳', '娜', '敏', '静', '磊', '洋', '艳'][draw(20, usr, 0, 0) % 8 + 1],
                ['', '华', '明', '玲'][draw(21, usr, 0, 0) % 4 + 1]) AS name,
            printf('+44 7700 900%03d', usr % 1000) AS mobile, printf('user%d@example.com', usr) AS email,
            ['18-29', '30-39', '40-49', '50+'][age_of(usr) + 1] AS age_band,
            ['普通', '铜牌', '银牌', '金牌', '钻石'][level_of(usr) + 1] AS member_level,
            ['北京', '上海', '广州', '成都', '武汉', '西安'][draw(22, usr, 0, 0) % 6 + 1] AS city
        FROM users ORDER BY usr""",
}


class Shop:
    """A shop with so many users, and its logs day by day.

    Args:
        con: Database that the shop has for itself; a day's partitions stand there in the schema `ods`, labelled by `ds`.
        users: Their number, a multiple of five.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, users: int) -> None:
        self._con = con
        con.execute("CREATE SCHEMA ods; " + MODEL.read_text(encoding="utf-8"))
        con.execute(f"CREATE TABLE users AS SELECT usr FROM range(1, {users + 1}) AS r(usr)")
        con.execute(f"CREATE TABLE items AS SELECT item FROM range(10001, {10001 + ITEMS}) AS r(item)")

    def open(self, day: dt.date) -> list[str]:
        """Fill the tables that have a partition on a day; days come in their order, from the first. The tables' names."""
        week, number = divmod((day - FIRST).days, 7)
        if number == 0:
            for name, query in _WEEK.items():
                self._con.execute(f"CREATE OR REPLACE TABLE {name} AS " + _filled(query, week, number))
        due = (_LIST if number == 0 else {}) | _DAY
        for name, query in due.items():
            rows = _filled(query, week, number)
            self._con.execute(f"CREATE OR REPLACE TABLE ods.{name} AS SELECT *, '{day}' AS ds FROM ({rows})")
        return list(due)


def _filled(query: str, week: int, day: int) -> str:
    """A query about one week or day."""
    def moment(what: int) -> str:
        return f"DATE '{FIRST}' + (7 * week + day)::INTEGER + to_seconds(draw({what}, usr, item - 10001, week) % 50400)"

    return query.format(week=week, day=day, first=FIRST, clicked=moment(23), added=moment(24), ordered=moment(25))
