-- One row per order of a day, with what was bought by whom.
SELECT o.order_id, o.user_id, o.item_id, i.category, i.brand, u.member_level, u.city, o.quantity, o.sales, o.ordered_at
FROM ods.orders AS o
JOIN ods.items AS i ON i.item_id = o.item_id AND i.ds = '${monday}'
JOIN ods.users AS u ON u.user_id = o.user_id AND u.ds = '${monday}'
WHERE o.ds = '${ds}'
ORDER BY o.order_id
