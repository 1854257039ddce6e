"""Frequent names of persons, by which columns of names are known without a telling column name.

General knowledge of what is frequent (Chinese surnames by population; Japanese surnames; given names of English, German,
French, Spanish, Italian and Turkish speakers), short on purpose: a share of a column has to match, not each value.
"""

from __future__ import annotations

_CHINESE = """
王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢
姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常
汤康易乔赖文施洪辛柯庄殷翟申聂丛岳齐沿梅盛童霍阎焦纪祝左涂谷时舒耿牟卜管温季俞樊兰甘安葛伍鲁倪华章明
柳宁欧游关裴阮冉凌瞿项艾包柴尚苗
"""
_CHINESE_DOUBLE = """
欧阳 上官 司马 诸葛 司徒 东方 皇甫 尉迟 慕容 令狐 端木 夏侯
"""
_JAPANESE = """
佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水 山崎 森 池田 橋本 阿部
石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本 斉藤 福田 太田 西村 藤井 岡本 金子 藤原 三浦
中野 中川 原田 松田 竹内 小野 田村 中山 和田 石田 上田 森田 原 柴田 酒井 工藤 横山 宮崎 宮本 内田 高木 安藤 谷口 大野 丸山
今井 高田 藤本 武田 村田 上野 杉山 増田 平野 大塚 千葉 久保 松井 小島 岩崎 桜井 野口 松尾 野村 木下 菊地 佐野 大西 杉本
新井 浜田 菅原 市川 水野 小松 島田 古川 小山 高野 山内 西田 菊池 山中 安田 平田 川口 五十嵐 北村 久保田 東 本田 川崎 飯田
中田 服部 岩田 辻 川上 関 田口 永井 樋口 土屋 渡邊 津田 加納
"""
_GIVEN = """
james robert john michael david william richard joseph thomas charles christopher daniel matthew anthony mark donald steven
paul andrew joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob gary nicholas eric jonathan
stephen larry justin scott brandon benjamin samuel gregory alexander frank patrick raymond jack dennis jerry tyler aaron
jose adam nathan henry douglas zachary peter kyle ethan walter noah jeremy christian keith roger terry austin sean gerald
carl harold dylan arthur jordan jesse bryan lawrence joe billy bruce logan albert willie gabriel alan juan wayne roy ralph
randy eugene vincent russell louis bobby philip johnny bradley mary patricia jennifer linda elizabeth barbara susan jessica
sarah karen lisa nancy betty margaret sandra ashley kimberly emily donna michelle carol amanda dorothy melissa deborah
stephanie rebecca sharon laura cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen samantha katherine
christine debra rachel carolyn janet catherine maria heather diane ruth julie olivia joyce virginia victoria kelly lauren
christina joan evelyn judith megan andrea cheryl hannah jacqueline martha gloria teresa ann sara madison frances kathryn
janice jean abigail alice julia judy sophia grace denise amber doris marilyn danielle beverly isabella theresa diana
natalie brittany charlotte marie kayla alexis lori tiffany tammy crystal erin cory craig chad shane travis marcus derek
joel jon tony luis carlos shawn dustin jared cody brett wesley tracy dawn tina wendy monica holly leslie courtney april
valerie kristen erica vanessa kristin jamie alicia lindsay kathy robin melanie shannon katie sherry rhonda tara misty hans
klaus jürgen wolfgang dieter manfred uwe günter horst bernd werner helmut gerhard stefan andreas martin jörg ralf matthias
rainer heinz kurt karl karsten torsten thorsten holger sven dirk jens olaf heiko markus christoph tobias sebastian florian
lukas jonas leon finn felix maximilian moritz jan tim philipp fabian benedikt johannes jakob josef georg heinrich friedrich
wilhelm otto ernst hermann franz rudolf ursula renate monika helga karin brigitte ingrid erika christa petra gisela sabine
angelika elke birgit claudia susanne gabriele heike anja stefanie katrin kathrin silke martina katharina lena lea sophie
mia leonie lina johanna clara franziska ilse gertrud irmgard hildegard elisabeth margarete anneliese ute bärbel jutta
marion dagmar sigrid cornelia ulrike eva edith margot heidi ulrich detlef norbert reinhard siegfried herbert alfred erich
harald bruno hubert volker hartmut sabrina daniela tanja kerstin anke antje wiebke heidrun waltraud gerda lieselotte hedwig
frieda emil oskar theo anton niklas jannik nico marvin marcel pascal dominik rené erwin egon willi ludwig lothar gerd rolf
roland winfried eckhard ewald ilona regina rita roswitha elfriede magdalena veronika johann björn mathias carsten ines
maren svenja imke gudrun mehmet mustafa ahmet ali fatma ayse emine pierre michel philippe alain nicolas françois laurent
antoine isabelle nathalie sylvie camille chloé antonio manuel francisco javier miguel pedro carmen isabel pilar lucia sofia
giuseppe giovanni francesco mario luigi marco alessandro giulia chiara francesca elena paolo luca
"""
CHINESE_SURNAMES = frozenset("".join(_CHINESE.split())) | frozenset(_CHINESE_DOUBLE.split())
JAPANESE_SURNAMES = frozenset(_JAPANESE.split())
GIVEN_NAMES = frozenset(_GIVEN.split())
