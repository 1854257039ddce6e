"""A retailer's tables, made up before the search for relations was written: pinyin, abbreviations, camel case, mixed types.

Nothing in `assay` was fitted to these names. Texts stand where others hold numbers, dates are DATE here and YYYYMMDD there.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa

FOREIGN = """
kehu.chengshi_dm -> chengshi.dm
mendian.cs_dm -> chengshi.dm
mendian.dzEmpNo -> yuangong.empNo
yuangong.mgrEmpNo -> yuangong.empNo
yuangong.deptCd -> bumen.cd
empSalaryHist.empNo -> yuangong.empNo
shangpin.leibie_dm -> leibie.dm
shangpin.zhu_gysId -> gys.gysId
leibie.sj_dm -> leibie.dm
gysBaojia.gysId -> gys.gysId
gysBaojia.spbm -> shangpin.spbm
kucun.mdId -> mendian.mdId
kucun.spbm -> shangpin.spbm
dingdan.kh_bh -> kehu.kehu_bh
dingdan.xdrq -> rili.rq
dingdan.md_id -> mendian.mdId
dingdan.ygEmpNo -> yuangong.empNo
dingdan_mx.ddh -> dingdan.ddh
dingdan_mx.spbm -> shangpin.spbm
tuihuo.ddh -> dingdan.ddh
tuihuo.ddh,hangHao -> dingdan_mx.ddh,hangHao
tuihuo.thrq -> rili.rq
"""

PRIMARY = """
chengshi.dm
kehu.kehu_bh
bumen.cd
yuangong.empNo
empSalaryHist.empNo,validFrom
leibie.dm
gys.gysId
shangpin.spbm
gysBaojia.gysId,spbm
mendian.mdId
kucun.mdId,spbm
rili.rq
dingdan.ddh
dingdan_mx.ddh,hangHao
tuihuo.thId
"""

_SEED = 20_231_107


def tables() -> dict[str, pa.Table]:
    """All tables by name."""
    rng = np.random.default_rng(_SEED)
    days = [dt.date(2022, 1, 1) + dt.timedelta(days=n) for n in range(730)]
    cities = [f"{province}{place:02d}00" for province in range(31, 38) for place in range(1, 9)]
    staff = [f"E{n:05d}" for n in range(1, 241)]
    out: dict[str, dict[str, list]] = {}
    out["chengshi"] = {"dm": cities, "mc": [f"城市{n}" for n in range(len(cities))], "sheng": [city[:2] for city in cities]}
    out["kehu"] = {
        "kehu_bh": list(range(10_001, 13_001)), "xb": rng.choice(["男", "女"], 3000).tolist(),
        "chengshi_dm": rng.choice(cities, 3000).tolist(), "nianling": rng.integers(18, 80, 3000).tolist(),
        "zhuce_rq": [days[n] for n in rng.integers(0, 600, 3000)]}
    out["bumen"] = {"cd": [f"D{n}" for n in range(1, 13)], "mc": [f"部门{n}" for n in range(12)], "renshu": [20] * 12}
    managers = [None if n < 3 else staff[int(rng.integers(0, max(1, n // 4)))] for n in range(240)]
    out["yuangong"] = {
        "empNo": staff, "xm": [f"员工{n % 97}" for n in range(240)], "mgrEmpNo": managers,
        "deptCd": [f"D{n}" for n in rng.integers(1, 13, 240)], "gz": (rng.integers(50, 300, 240) * 100).tolist()}
    raises = [(employee, day) for employee in staff
              for day in rng.choice(len(days), size=int(rng.integers(1, 6)), replace=False).tolist()]
    out["empSalaryHist"] = {
        "empNo": [e for e, _ in raises], "validFrom": [days[d] for _, d in raises],
        "amount": (rng.integers(50, 300, len(raises)) * 100).tolist()}
    out["leibie"] = {
        "dm": list(range(1, 41)), "mc": [f"类别{n}" for n in range(40)],
        "sj_dm": [None if n <= 8 else int(rng.integers(1, 9)) for n in range(1, 41)]}
    out["gys"] = {"gysId": list(range(1, 61)), "gysmc": [f"供应商{n}" for n in range(60)],
                  "dj": rng.choice(["A", "B", "C"], 60).tolist()}
    goods = sorted(rng.choice(np.arange(100_000, 999_999), 1500, replace=False).tolist())
    out["shangpin"] = {
        "spbm": goods, "spmc": [f"商品{n}" for n in range(1500)], "leibie_dm": rng.integers(1, 41, 1500).tolist(),
        "zhu_gysId": rng.integers(1, 61, 1500).tolist(), "lsj": np.round(rng.lognormal(3, 1, 1500), 2).tolist()}
    offers = sorted({(int(s), int(g)) for s, g in zip(rng.integers(1, 61, 6000), rng.choice(goods, 6000), strict=True)})
    out["gysBaojia"] = {
        "gysId": [s for s, _ in offers], "spbm": [f"{g:08d}" for _, g in offers],
        "bj": np.round(rng.lognormal(2.7, 1, len(offers)), 2).tolist(), "zxl": rng.integers(1, 50, len(offers)).tolist()}
    out["mendian"] = {
        "mdId": list(range(1, 121)), "mdmc": [f"门店{n}" for n in range(120)], "cs_dm": rng.choice(cities, 120).tolist(),
        "dzEmpNo": rng.choice(staff, 120).tolist(), "mj": rng.integers(40, 900, 120).tolist()}
    stock = sorted({(int(m), int(g)) for m, g in zip(rng.integers(1, 121, 9000), rng.choice(goods, 9000), strict=True)})
    out["kucun"] = {"mdId": [m for m, _ in stock], "spbm": [g for _, g in stock],
                    "sl": rng.poisson(20, len(stock)).tolist()}
    out["rili"] = {"rq": days, "xq": [day.isoweekday() for day in days],
                   "jjr": [day.month == 10 and day.day < 8 for day in days]}
    orders = [f"DD{2_200_000 + 7 * n}" for n in range(5000)]
    placed = np.sort(rng.integers(0, 730, 5000))
    out["dingdan"] = {
        "ddh": orders, "kh_bh": rng.choice(np.arange(10_001, 13_001), 5000).tolist(),
        "xdrq": [int(days[n].strftime("%Y%m%d")) for n in placed], "md_id": rng.integers(1, 121, 5000).astype(float).tolist(),
        "ygEmpNo": rng.choice(staff, 5000).tolist(), "ysje": np.round(rng.lognormal(4, 1, 5000), 2).tolist(),
        "zt": rng.choice(["已付", "已发", "完成"], 5000).tolist()}
    lines = [(order, line) for order in range(5000) for line in range(1, int(rng.integers(1, 7)) + 1)]
    out["dingdan_mx"] = {
        "ddh": [orders[o] for o, _ in lines], "hangHao": [line for _, line in lines],
        "spbm": rng.choice(goods, len(lines)).tolist(), "sl": rng.integers(1, 10, len(lines)).tolist(),
        "je": np.round(rng.lognormal(3, 1, len(lines)), 2).tolist()}
    back = [lines[n] for n in sorted(rng.choice(len(lines), 700, replace=False).tolist())]
    out["tuihuo"] = {
        "thId": list(range(1, 701)), "ddh": [orders[o] for o, _ in back], "hangHao": [line for _, line in back],
        "thrq": [min(days[int(placed[o])] + dt.timedelta(days=int(rng.integers(0, 30))), days[-1]).isoformat()
                 for o, _ in back],
        "thyy": rng.choice(["质量", "尺寸", "其他"], 700).tolist()}
    return {name: pa.table(columns) for name, columns in out.items()}
