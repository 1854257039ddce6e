"""What the keys of three schemas are: their specifications' for TPC-H and TPC-DS, written down by hand for the demo.

One line a foreign key, `table.columns -> table.columns`. TPC-DS at a scale factor of 0.1 has one warehouse, so that `inventory`
is identified without it. Of the demo two kinds of lines are marked: households that are described nowhere else refer to the
demographics of some, and what no table lists row by row is referred to where it is listed.
"""

TPCH_FOREIGN = """
nation.n_regionkey -> region.r_regionkey
supplier.s_nationkey -> nation.n_nationkey
customer.c_nationkey -> nation.n_nationkey
partsupp.ps_partkey -> part.p_partkey
partsupp.ps_suppkey -> supplier.s_suppkey
orders.o_custkey -> customer.c_custkey
lineitem.l_orderkey -> orders.o_orderkey
lineitem.l_partkey -> part.p_partkey
lineitem.l_suppkey -> supplier.s_suppkey
lineitem.l_partkey,l_suppkey -> partsupp.ps_partkey,ps_suppkey
"""

TPCH_PRIMARY = """
region.r_regionkey
nation.n_nationkey
supplier.s_suppkey
customer.c_custkey
part.p_partkey
partsupp.ps_partkey,ps_suppkey
orders.o_orderkey
lineitem.l_orderkey,l_linenumber
"""

TPCDS_FOREIGN = """
call_center.cc_closed_date_sk -> date_dim.d_date_sk
call_center.cc_open_date_sk -> date_dim.d_date_sk
catalog_page.cp_end_date_sk -> date_dim.d_date_sk
catalog_page.cp_start_date_sk -> date_dim.d_date_sk
catalog_returns.cr_call_center_sk -> call_center.cc_call_center_sk
catalog_returns.cr_catalog_page_sk -> catalog_page.cp_catalog_page_sk
catalog_returns.cr_item_sk -> item.i_item_sk
catalog_returns.cr_item_sk,cr_order_number -> catalog_sales.cs_item_sk,cs_order_number
catalog_returns.cr_reason_sk -> reason.r_reason_sk
catalog_returns.cr_refunded_addr_sk -> customer_address.ca_address_sk
catalog_returns.cr_refunded_cdemo_sk -> customer_demographics.cd_demo_sk
catalog_returns.cr_refunded_customer_sk -> customer.c_customer_sk
catalog_returns.cr_refunded_hdemo_sk -> household_demographics.hd_demo_sk
catalog_returns.cr_returned_date_sk -> date_dim.d_date_sk
catalog_returns.cr_returned_time_sk -> time_dim.t_time_sk
catalog_returns.cr_returning_addr_sk -> customer_address.ca_address_sk
catalog_returns.cr_returning_cdemo_sk -> customer_demographics.cd_demo_sk
catalog_returns.cr_returning_customer_sk -> customer.c_customer_sk
catalog_returns.cr_returning_hdemo_sk -> household_demographics.hd_demo_sk
catalog_returns.cr_ship_mode_sk -> ship_mode.sm_ship_mode_sk
catalog_returns.cr_warehouse_sk -> warehouse.w_warehouse_sk
catalog_sales.cs_bill_addr_sk -> customer_address.ca_address_sk
catalog_sales.cs_bill_cdemo_sk -> customer_demographics.cd_demo_sk
catalog_sales.cs_bill_customer_sk -> customer.c_customer_sk
catalog_sales.cs_bill_hdemo_sk -> household_demographics.hd_demo_sk
catalog_sales.cs_call_center_sk -> call_center.cc_call_center_sk
catalog_sales.cs_catalog_page_sk -> catalog_page.cp_catalog_page_sk
catalog_sales.cs_item_sk -> item.i_item_sk
catalog_sales.cs_promo_sk -> promotion.p_promo_sk
catalog_sales.cs_ship_addr_sk -> customer_address.ca_address_sk
catalog_sales.cs_ship_cdemo_sk -> customer_demographics.cd_demo_sk
catalog_sales.cs_ship_customer_sk -> customer.c_customer_sk
catalog_sales.cs_ship_date_sk -> date_dim.d_date_sk
catalog_sales.cs_ship_hdemo_sk -> household_demographics.hd_demo_sk
catalog_sales.cs_ship_mode_sk -> ship_mode.sm_ship_mode_sk
catalog_sales.cs_sold_date_sk -> date_dim.d_date_sk
catalog_sales.cs_sold_time_sk -> time_dim.t_time_sk
catalog_sales.cs_warehouse_sk -> warehouse.w_warehouse_sk
customer.c_current_addr_sk -> customer_address.ca_address_sk
customer.c_current_cdemo_sk -> customer_demographics.cd_demo_sk
customer.c_current_hdemo_sk -> household_demographics.hd_demo_sk
customer.c_first_sales_date_sk -> date_dim.d_date_sk
customer.c_first_shipto_date_sk -> date_dim.d_date_sk
customer.c_last_review_date_sk -> date_dim.d_date_sk
household_demographics.hd_income_band_sk -> income_band.ib_income_band_sk
inventory.inv_date_sk -> date_dim.d_date_sk
inventory.inv_item_sk -> item.i_item_sk
inventory.inv_warehouse_sk -> warehouse.w_warehouse_sk
promotion.p_end_date_sk -> date_dim.d_date_sk
promotion.p_item_sk -> item.i_item_sk
promotion.p_start_date_sk -> date_dim.d_date_sk
store.s_closed_date_sk -> date_dim.d_date_sk
store_returns.sr_addr_sk -> customer_address.ca_address_sk
store_returns.sr_cdemo_sk -> customer_demographics.cd_demo_sk
store_returns.sr_customer_sk -> customer.c_customer_sk
store_returns.sr_hdemo_sk -> household_demographics.hd_demo_sk
store_returns.sr_item_sk -> item.i_item_sk
store_returns.sr_item_sk,sr_ticket_number -> store_sales.ss_item_sk,ss_ticket_number
store_returns.sr_reason_sk -> reason.r_reason_sk
store_returns.sr_return_time_sk -> time_dim.t_time_sk
store_returns.sr_returned_date_sk -> date_dim.d_date_sk
store_returns.sr_store_sk -> store.s_store_sk
store_sales.ss_addr_sk -> customer_address.ca_address_sk
store_sales.ss_cdemo_sk -> customer_demographics.cd_demo_sk
store_sales.ss_customer_sk -> customer.c_customer_sk
store_sales.ss_hdemo_sk -> household_demographics.hd_demo_sk
store_sales.ss_item_sk -> item.i_item_sk
store_sales.ss_promo_sk -> promotion.p_promo_sk
store_sales.ss_sold_date_sk -> date_dim.d_date_sk
store_sales.ss_sold_time_sk -> time_dim.t_time_sk
store_sales.ss_store_sk -> store.s_store_sk
web_page.wp_access_date_sk -> date_dim.d_date_sk
web_page.wp_creation_date_sk -> date_dim.d_date_sk
web_page.wp_customer_sk -> customer.c_customer_sk
web_returns.wr_item_sk -> item.i_item_sk
web_returns.wr_item_sk,wr_order_number -> web_sales.ws_item_sk,ws_order_number
web_returns.wr_reason_sk -> reason.r_reason_sk
web_returns.wr_refunded_addr_sk -> customer_address.ca_address_sk
web_returns.wr_refunded_cdemo_sk -> customer_demographics.cd_demo_sk
web_returns.wr_refunded_customer_sk -> customer.c_customer_sk
web_returns.wr_refunded_hdemo_sk -> household_demographics.hd_demo_sk
web_returns.wr_returned_date_sk -> date_dim.d_date_sk
web_returns.wr_returned_time_sk -> time_dim.t_time_sk
web_returns.wr_returning_addr_sk -> customer_address.ca_address_sk
web_returns.wr_returning_cdemo_sk -> customer_demographics.cd_demo_sk
web_returns.wr_returning_customer_sk -> customer.c_customer_sk
web_returns.wr_returning_hdemo_sk -> household_demographics.hd_demo_sk
web_returns.wr_web_page_sk -> web_page.wp_web_page_sk
web_sales.ws_bill_addr_sk -> customer_address.ca_address_sk
web_sales.ws_bill_cdemo_sk -> customer_demographics.cd_demo_sk
web_sales.ws_bill_customer_sk -> customer.c_customer_sk
web_sales.ws_bill_hdemo_sk -> household_demographics.hd_demo_sk
web_sales.ws_item_sk -> item.i_item_sk
web_sales.ws_promo_sk -> promotion.p_promo_sk
web_sales.ws_ship_addr_sk -> customer_address.ca_address_sk
web_sales.ws_ship_cdemo_sk -> customer_demographics.cd_demo_sk
web_sales.ws_ship_customer_sk -> customer.c_customer_sk
web_sales.ws_ship_date_sk -> date_dim.d_date_sk
web_sales.ws_ship_hdemo_sk -> household_demographics.hd_demo_sk
web_sales.ws_ship_mode_sk -> ship_mode.sm_ship_mode_sk
web_sales.ws_sold_date_sk -> date_dim.d_date_sk
web_sales.ws_sold_time_sk -> time_dim.t_time_sk
web_sales.ws_warehouse_sk -> warehouse.w_warehouse_sk
web_sales.ws_web_page_sk -> web_page.wp_web_page_sk
web_sales.ws_web_site_sk -> web_site.web_site_sk
web_site.web_close_date_sk -> date_dim.d_date_sk
web_site.web_open_date_sk -> date_dim.d_date_sk
"""

TPCDS_PRIMARY = """
call_center.cc_call_center_sk
catalog_page.cp_catalog_page_sk
catalog_returns.cr_item_sk,cr_order_number
catalog_sales.cs_item_sk,cs_order_number
customer.c_customer_sk
customer_address.ca_address_sk
customer_demographics.cd_demo_sk
date_dim.d_date_sk
household_demographics.hd_demo_sk
income_band.ib_income_band_sk
inventory.inv_date_sk,inv_item_sk
item.i_item_sk
promotion.p_promo_sk
reason.r_reason_sk
ship_mode.sm_ship_mode_sk
store.s_store_sk
store_returns.sr_item_sk,sr_ticket_number
store_sales.ss_item_sk,ss_ticket_number
time_dim.t_time_sk
warehouse.w_warehouse_sk
web_page.wp_web_page_sk
web_returns.wr_item_sk,wr_order_number
web_sales.ws_item_sk,ws_order_number
web_site.web_site_sk
"""

DEMO_FOREIGN = """
transactions.product_id -> products.product_id
transactions.household_id -> demographics.household_id
promotions.product_id -> products.product_id
coupons.product_id -> products.product_id
coupons.campaign_id -> campaign_descriptions.campaign_id
campaigns.campaign_id -> campaign_descriptions.campaign_id
campaigns.household_id -> demographics.household_id
coupon_redemptions.household_id -> demographics.household_id
coupon_redemptions.campaign_id -> campaign_descriptions.campaign_id
coupon_redemptions.coupon_upc -> coupons.coupon_upc
coupon_redemptions.household_id,campaign_id -> campaigns.household_id,campaign_id
"""

DEMO_PRIMARY = """
products.product_id
demographics.household_id
campaign_descriptions.campaign_id
campaigns.campaign_id,household_id
transactions.basket_id,product_id
coupon_redemptions.household_id,coupon_upc,campaign_id,redemption_date
"""
