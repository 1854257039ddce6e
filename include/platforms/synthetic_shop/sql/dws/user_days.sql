-- What each user did on a day.
SELECT user_id, DATE '${ds}' AS day, sum(shown)::BIGINT AS shown, sum(bought)::BIGINT AS bought, sum(sales)::DECIMAL(18, 2) AS sales
FROM (
    SELECT user_id, 1 AS shown, 0 AS bought, 0::DECIMAL(12, 2) AS sales FROM dwd.exposure_details WHERE ds = '${ds}'
    UNION ALL
    SELECT user_id, 0, quantity, sales FROM dwd.order_details WHERE ds = '${ds}'
)
GROUP BY user_id
ORDER BY user_id
