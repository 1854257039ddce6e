-- What happened to each item on a day.
SELECT item_id, DATE '${ds}' AS day, sum(shown)::BIGINT AS shown, sum(bought)::BIGINT AS bought, sum(sales)::DECIMAL(18, 2) AS sales
FROM (
    SELECT item_id, 1 AS shown, 0 AS bought, 0::DECIMAL(12, 2) AS sales FROM dwd.exposure_details WHERE ds = '${ds}'
    UNION ALL
    SELECT item_id, 0, quantity, sales FROM dwd.order_details WHERE ds = '${ds}'
)
GROUP BY item_id
ORDER BY item_id
