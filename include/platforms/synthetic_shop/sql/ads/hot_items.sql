-- The twenty items with the highest sales of a day, for the shop's front page.
SELECT d.item_id, i.title_zh, i.title_en, d.day, d.sales, row_number() OVER (ORDER BY d.sales DESC, d.item_id) AS place
FROM dws.item_days AS d
JOIN ods.items AS i ON i.item_id = d.item_id AND i.ds = '${monday}'
WHERE d.ds = '${ds}'
ORDER BY place
LIMIT 20
