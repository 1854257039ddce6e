-- One row per item that was shown on a day, with the words that were searched and whether it was bought that day.
SELECT e.request_id, e.user_id, e.item_id, q.query, e.position, e.propensity, coalesce(o.sales, 0) AS sales_that_day, e.shown_at
FROM ods.impressions AS e
JOIN ods.queries AS q ON q.request_id = e.request_id AND q.ds = '${ds}'
LEFT JOIN ods.orders AS o ON o.user_id = e.user_id AND o.item_id = e.item_id AND o.ds = '${ds}'
WHERE e.ds = '${ds}'
ORDER BY e.request_id, e.position
