-- Sales and how often a shown item was bought, by category and day, for the management's dashboard.
SELECT i.category, DATE '${ds}' AS day, sum(d.sales)::DECIMAL(18, 2) AS sales, sum(d.shown)::BIGINT AS shown, sum(d.bought)::BIGINT AS bought
FROM dws.item_days AS d
JOIN ods.items AS i ON i.item_id = d.item_id AND i.ds = '${monday}'
WHERE d.ds = '${ds}'
GROUP BY i.category
ORDER BY i.category
