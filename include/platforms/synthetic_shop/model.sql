-- The known model of the synthetic shop, as DuckDB macros: who likes what, what is on the shelf, what is shown.
-- landing.py draws logs from it, truth.py computes what is to be expected. Weeks count from 0, users from 1, items from 10001.

-- randomness: a hash of one packed whole number, so that rows depend on neither their order nor the number of threads
CREATE MACRO draw(what, a, b, c) AS (hash(((what::BIGINT * 10000000 + a) * 1000 + b) * 100 + c) >> 1)::BIGINT;
CREATE MACRO uniform(what, a, b, c) AS draw(what, a, b, c) / 9223372036854775808.0;

-- items: 4 categories x 5 phases of stock x 2 prices x 2 weights of the logging policy, each combination once
CREATE MACRO category_of(item) AS (item - 10001) % 4;
CREATE MACRO phase_of(item) AS (item - 10001) // 4 % 5;
CREATE MACRO dear(item) AS (item - 10001) // 20 % 2;
CREATE MACRO favoured(item) AS (item - 10001) // 40;
CREATE MACRO item_of(category, phase, dear, favoured) AS 10001 + category + 4 * phase + 20 * dear + 40 * favoured;
CREATE MACRO price_of(item) AS [60, 140][dear(item) + 1];

-- users: 5 levels of membership, 4 ages
CREATE MACRO level_of(usr) AS (usr - 1) % 5;
CREATE MACRO age_of(usr) AS (usr - 1) // 5 % 4;

-- factors of the weekly rate of orders of a user and an item, each with mean 1 whatever the others are
CREATE MACRO users_factor(usr) AS [0.6, 0.8, 1.0, 1.2, 1.4][level_of(usr) + 1];
CREATE MACRO items_factor(item) AS [1.9, 1.2, 0.6, 0.3][category_of(item) + 1];
CREATE MACRO days_in_stock(item, week) AS 3 + (phase_of(item) + week + 5) % 5;
CREATE MACRO stock_factor(item, week) AS [0.4, 0.7, 1.0, 1.3, 1.6][days_in_stock(item, week - 1) - 2];
-- of five users in a row just one is drawn to an item, so that all items have equally many and none is known by their number
CREATE MACRO drawn_to(what, usr, item) AS draw(what, (usr - 1) // 5, item - 10001, 0) % 5 = (usr - 1) % 5;
CREATE MACRO clicks_factor(usr, item) AS if(drawn_to(1, usr, item), 3.4, 0.4);
CREATE MACRO carts_factor(usr, item) AS if(drawn_to(2, usr, item), 2.6, 0.6);
CREATE MACRO rate_of(usr, item, week) AS 0.06 * users_factor(usr) * items_factor(item) * stock_factor(item, week)
    * clicks_factor(usr, item) * carts_factor(usr, item);

-- what is shown: a user asks once a week for each category; each of the answer's five places shows one of the four items of its
-- phase, those that the logging policy favours with three times the chance of the others. Being shown multiplies the rate.
CREATE MACRO slot(usr, category, phase, week) AS draw(3, usr, category * 5 + phase, week) % 8;
CREATE MACRO is_shown(usr, item, week) AS slot(usr, category_of(item), phase_of(item), week) // 4 = dear(item)
    AND (slot(usr, category_of(item), phase_of(item), week) % 4 > 0) = (favoured(item) = 1);
CREATE MACRO propensity_of(item) AS [0.125, 0.375][favoured(item) + 1];
CREATE MACRO shown_times() AS 1.5;
-- the same weekday every week, so that any seven days hold one request for each category
CREATE MACRO request_day(usr, category) AS (draw(4, usr, 0, 0) % 7 + category) % 7;
