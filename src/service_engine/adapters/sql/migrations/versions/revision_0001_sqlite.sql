CREATE TABLE {schema}{prefix}organizations (
    id CHAR(32) NOT NULL,
    name VARCHAR(255) NOT NULL,
    slug VARCHAR(100) NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}organizations_pkey PRIMARY KEY (id),
    CONSTRAINT {prefix}organizations_slug_key UNIQUE (slug)
);
CREATE TABLE {schema}{prefix}roles (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    name VARCHAR(255) NOT NULL,
    dashboard_access SMALLINT DEFAULT 0 NOT NULL,
    order_access SMALLINT DEFAULT 0 NOT NULL,
    order_management SMALLINT DEFAULT 0 NOT NULL,
    ticket_access SMALLINT DEFAULT 0 NOT NULL,
    ticket_management SMALLINT DEFAULT 0 NOT NULL,
    invoice_access SMALLINT DEFAULT 0 NOT NULL,
    invoice_management SMALLINT DEFAULT 0 NOT NULL,
    clients SMALLINT DEFAULT 0 NOT NULL,
    services SMALLINT DEFAULT 0 NOT NULL,
    coupons SMALLINT DEFAULT 0 NOT NULL,
    forms SMALLINT DEFAULT 0 NOT NULL,
    messaging SMALLINT DEFAULT 0 NOT NULL,
    affiliates SMALLINT DEFAULT 0 NOT NULL,
    settings_company BOOLEAN DEFAULT false NOT NULL,
    settings_payments BOOLEAN DEFAULT false NOT NULL,
    settings_team BOOLEAN DEFAULT false NOT NULL,
    settings_modules BOOLEAN DEFAULT false NOT NULL,
    settings_integrations BOOLEAN DEFAULT false NOT NULL,
    settings_orders BOOLEAN DEFAULT false NOT NULL,
    settings_tickets BOOLEAN DEFAULT false NOT NULL,
    settings_accounts BOOLEAN DEFAULT false NOT NULL,
    settings_messages BOOLEAN DEFAULT false NOT NULL,
    settings_tags BOOLEAN DEFAULT false NOT NULL,
    settings_sidebar BOOLEAN DEFAULT false NOT NULL,
    settings_dashboard BOOLEAN DEFAULT false NOT NULL,
    settings_templates BOOLEAN DEFAULT false NOT NULL,
    settings_emails BOOLEAN DEFAULT false NOT NULL,
    settings_language BOOLEAN DEFAULT false NOT NULL,
    settings_logs BOOLEAN DEFAULT false NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}roles_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}roles_dashboard_access_check CHECK (dashboard_access BETWEEN 0 AND 3),
    CONSTRAINT {prefix}roles_order_access_check CHECK (order_access BETWEEN 0 AND 3),
    CONSTRAINT {prefix}roles_order_management_check CHECK (order_management BETWEEN 0 AND 3),
    CONSTRAINT {prefix}roles_ticket_access_check CHECK (ticket_access BETWEEN 0 AND 3),
    CONSTRAINT {prefix}roles_ticket_management_check CHECK (ticket_management BETWEEN 0 AND 3),
    CONSTRAINT {prefix}roles_invoice_access_check CHECK (invoice_access BETWEEN 0 AND 3),
    CONSTRAINT {prefix}roles_invoice_management_check CHECK (invoice_management BETWEEN 0 AND 3),
    CONSTRAINT {prefix}roles_clients_check CHECK (clients BETWEEN 0 AND 3),
    CONSTRAINT {prefix}roles_services_check CHECK (services BETWEEN 0 AND 3),
    CONSTRAINT {prefix}roles_coupons_check CHECK (coupons BETWEEN 0 AND 3),
    CONSTRAINT {prefix}roles_forms_check CHECK (forms BETWEEN 0 AND 3),
    CONSTRAINT {prefix}roles_messaging_check CHECK (messaging BETWEEN 0 AND 3),
    CONSTRAINT {prefix}roles_affiliates_check CHECK (affiliates BETWEEN 0 AND 3),
    CONSTRAINT {prefix}roles_org_id_fkey FOREIGN KEY(org_id) REFERENCES {prefix}organizations (id) ON DELETE RESTRICT
);
CREATE TABLE {schema}{prefix}addresses (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    line_1 VARCHAR(255),
    line_2 VARCHAR(255),
    city VARCHAR(255),
    state VARCHAR(255),
    country VARCHAR(10),
    postcode VARCHAR(50),
    first_name VARCHAR(255),
    last_name VARCHAR(255),
    tax_id VARCHAR(100),
    company_name VARCHAR(255),
    company_vat VARCHAR(100),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT {prefix}addresses_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}addresses_org_id_fkey FOREIGN KEY(org_id) REFERENCES {prefix}organizations (id) ON DELETE RESTRICT
);
CREATE TABLE {schema}{prefix}users (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    email VARCHAR(255) NOT NULL,
    password_hash VARCHAR(255),
    first_name VARCHAR(255) NOT NULL,
    last_name VARCHAR(255) NOT NULL,
    company VARCHAR(255),
    phone VARCHAR(50),
    tax_id VARCHAR(100),
    address_id CHAR(32),
    note TEXT,
    role_id CHAR(32) NOT NULL,
    status SMALLINT DEFAULT 1 NOT NULL,
    balance BIGINT DEFAULT 0 NOT NULL,
    balance_currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    optin VARCHAR(50),
    stripe_id VARCHAR(255),
    custom_fields JSON DEFAULT '{}' NOT NULL,
    affiliate_id BIGINT,
    affiliate_link VARCHAR(255),
    google_id VARCHAR(255),
    employee_id CHAR(32),
    two_factor_enabled BOOLEAN DEFAULT false NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}users_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}users_role_id_fkey FOREIGN KEY(org_id, role_id) REFERENCES {prefix}roles (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}users_address_id_fkey FOREIGN KEY(org_id, address_id) REFERENCES {prefix}addresses (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}users_employee_id_fkey FOREIGN KEY(org_id, employee_id) REFERENCES {prefix}users (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}users_affiliate_id_key UNIQUE (org_id, affiliate_id),
    CONSTRAINT {prefix}users_affiliate_link_key UNIQUE (org_id, affiliate_link),
    CONSTRAINT {prefix}users_status_check CHECK (status >= 0)
);
CREATE INDEX {schema}{prefix}users_address_id_idx ON {prefix}users (org_id, address_id) WHERE address_id IS NOT NULL;
CREATE UNIQUE INDEX {schema}{prefix}users_email_idx ON {prefix}users (org_id, email) WHERE deleted_at IS NULL;
CREATE INDEX {schema}{prefix}users_employee_id_idx ON {prefix}users (org_id, employee_id) WHERE employee_id IS NOT NULL;
CREATE INDEX {schema}{prefix}users_newest_idx ON {prefix}users (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {schema}{prefix}users_role_id_idx ON {prefix}users (org_id, role_id);
CREATE INDEX {schema}{prefix}users_status_idx ON {prefix}users (org_id, status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TABLE {schema}{prefix}api_tokens (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    employee_id CHAR(32) NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    name VARCHAR(255) NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    last_used_at TEXT,
    CONSTRAINT {prefix}api_tokens_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}api_tokens_employee_id_fkey FOREIGN KEY(org_id, employee_id) REFERENCES {prefix}users (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}api_tokens_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX {schema}{prefix}api_tokens_employee_id_idx ON {prefix}api_tokens (org_id, employee_id);
CREATE TABLE {schema}{prefix}tags (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    name VARCHAR(255) NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT {prefix}tags_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}tags_name_key UNIQUE (org_id, name),
    CONSTRAINT {prefix}tags_org_id_fkey FOREIGN KEY(org_id) REFERENCES {prefix}organizations (id) ON DELETE RESTRICT
);
CREATE TABLE {schema}{prefix}counters (
    org_id CHAR(32) NOT NULL,
    name VARCHAR(50) NOT NULL,
    value BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT {prefix}counters_pkey PRIMARY KEY (org_id, name),
    CONSTRAINT {prefix}counters_org_id_fkey FOREIGN KEY(org_id) REFERENCES {prefix}organizations (id) ON DELETE RESTRICT
);
CREATE TABLE {schema}{prefix}service_folders (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    name VARCHAR(255) NOT NULL,
    sort_order INTEGER DEFAULT 0 NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}service_folders_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}service_folders_org_id_fkey FOREIGN KEY(org_id) REFERENCES {prefix}organizations (id) ON DELETE RESTRICT
);
CREATE TABLE {schema}{prefix}services (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    name VARCHAR(255) NOT NULL,
    description TEXT,
    image VARCHAR(500),
    recurring SMALLINT DEFAULT 0 NOT NULL,
    price BIGINT,
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    first_price BIGINT,
    first_period_length INTEGER,
    first_period_unit VARCHAR(1),
    recurring_price BIGINT,
    recurring_period_length INTEGER,
    recurring_period_unit VARCHAR(1),
    recurring_action SMALLINT,
    deadline INTEGER,
    public BOOLEAN DEFAULT true NOT NULL,
    sort_order INTEGER DEFAULT 0 NOT NULL,
    multi_order BOOLEAN DEFAULT true NOT NULL,
    request_orders BOOLEAN DEFAULT false NOT NULL,
    max_active_requests INTEGER,
    group_quantities BOOLEAN DEFAULT false NOT NULL,
    folder_id CHAR(32),
    metadata JSON DEFAULT '{}' NOT NULL,
    braintree_plan_id VARCHAR(255),
    hoth_product_key VARCHAR(255),
    hoth_package_name VARCHAR(255),
    provider_id INTEGER,
    provider_service_id INTEGER,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}services_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}services_folder_id_fkey FOREIGN KEY(org_id, folder_id) REFERENCES {prefix}service_folders (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}services_first_period_unit_check CHECK (first_period_unit IN ('D', 'W', 'M', 'Y')),
    CONSTRAINT {prefix}services_recurring_period_unit_check CHECK (recurring_period_unit IN ('D', 'W', 'M', 'Y')),
    CONSTRAINT {prefix}services_org_id_fkey FOREIGN KEY(org_id) REFERENCES {prefix}organizations (id) ON DELETE RESTRICT
);
CREATE INDEX {schema}{prefix}services_folder_id_idx ON {prefix}services (org_id, folder_id, created_at DESC, id DESC) WHERE folder_id IS NOT NULL;
CREATE INDEX {schema}{prefix}services_newest_idx ON {prefix}services (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {schema}{prefix}services_public_idx ON {prefix}services (org_id, public, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TABLE {schema}{prefix}service_employees (
    org_id CHAR(32) NOT NULL,
    service_id CHAR(32) NOT NULL,
    employee_id CHAR(32) NOT NULL,
    position INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT {prefix}service_employees_pkey PRIMARY KEY (org_id, service_id, employee_id),
    CONSTRAINT {prefix}service_employees_service_id_fkey FOREIGN KEY(org_id, service_id) REFERENCES {prefix}services (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}service_employees_employee_id_fkey FOREIGN KEY(org_id, employee_id) REFERENCES {prefix}users (org_id, id) ON DELETE RESTRICT
)
 WITHOUT ROWID;
CREATE INDEX {schema}{prefix}service_employees_employee_id_idx ON {prefix}service_employees (org_id, employee_id);
CREATE TABLE {schema}{prefix}coupons (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    code VARCHAR(100) NOT NULL,
    type VARCHAR(50) NOT NULL,
    description TEXT,
    discounts JSON DEFAULT '[]' NOT NULL,
    date_expires TEXT,
    new_customers BOOLEAN DEFAULT false NOT NULL,
    single_use BOOLEAN DEFAULT false NOT NULL,
    single_quantity BOOLEAN DEFAULT false NOT NULL,
    duration BOOLEAN DEFAULT false NOT NULL,
    usage_limit INTEGER,
    min_cart_amount BIGINT,
    used_count INTEGER DEFAULT 0 NOT NULL,
    affiliate JSON,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}coupons_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}coupons_code_key UNIQUE (org_id, code),
    CONSTRAINT {prefix}coupons_org_id_fkey FOREIGN KEY(org_id) REFERENCES {prefix}organizations (id) ON DELETE RESTRICT
);
CREATE INDEX {schema}{prefix}coupons_newest_idx ON {prefix}coupons (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TABLE {schema}{prefix}invoices (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    number VARCHAR(50) NOT NULL,
    number_prefix VARCHAR(20),
    client_id CHAR(32) NOT NULL,
    employee_id CHAR(32),
    coupon_id CHAR(32),
    billing_address JSON,
    status SMALLINT DEFAULT 0 NOT NULL,
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    subtotal BIGINT DEFAULT 0 NOT NULL,
    tax BIGINT DEFAULT 0 NOT NULL,
    credit BIGINT DEFAULT 0 NOT NULL,
    total BIGINT DEFAULT 0 NOT NULL,
    paid BIGINT DEFAULT 0 NOT NULL,
    tax_name VARCHAR(100),
    tax_type SMALLINT,
    tax_percent_thousandths INTEGER,
    date_due TEXT,
    date_paid TEXT,
    reason VARCHAR(255),
    note TEXT,
    ip_address VARCHAR(45),
    loc_confirm BOOLEAN DEFAULT false NOT NULL,
    recurring JSON,
    paysys VARCHAR(50),
    transaction_id VARCHAR(255),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}invoices_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}invoices_client_id_fkey FOREIGN KEY(org_id, client_id) REFERENCES {prefix}users (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}invoices_employee_id_fkey FOREIGN KEY(org_id, employee_id) REFERENCES {prefix}users (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}invoices_coupon_id_fkey FOREIGN KEY(org_id, coupon_id) REFERENCES {prefix}coupons (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}invoices_number_key UNIQUE (org_id, number),
    CONSTRAINT {prefix}invoices_status_check CHECK (status IN (0, 1, 3, 4, 5, 7)),
    CONSTRAINT {prefix}invoices_paid_check CHECK (paid BETWEEN 0 AND total)
);
CREATE INDEX {schema}{prefix}invoices_client_id_idx ON {prefix}invoices (org_id, client_id, created_at DESC, id DESC);
CREATE INDEX {schema}{prefix}invoices_coupon_id_idx ON {prefix}invoices (org_id, coupon_id) WHERE coupon_id IS NOT NULL;
CREATE INDEX {schema}{prefix}invoices_employee_id_idx ON {prefix}invoices (org_id, employee_id) WHERE employee_id IS NOT NULL;
CREATE INDEX {schema}{prefix}invoices_newest_idx ON {prefix}invoices (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {schema}{prefix}invoices_status_idx ON {prefix}invoices (org_id, status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TABLE {schema}{prefix}payments (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    invoice_id CHAR(32) NOT NULL,
    status SMALLINT DEFAULT 0 NOT NULL,
    amount BIGINT DEFAULT 0 NOT NULL,
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    paysys VARCHAR(50) NOT NULL,
    transaction_id VARCHAR(255),
    reason VARCHAR(255),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}payments_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}payments_invoice_id_fkey FOREIGN KEY(org_id, invoice_id) REFERENCES {prefix}invoices (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}payments_status_check CHECK (status IN (0, 1, 2, 3, 4)),
    CONSTRAINT {prefix}payments_amount_check CHECK (amount >= 0)
);
CREATE INDEX {schema}{prefix}payments_invoice_id_idx ON {prefix}payments (org_id, invoice_id, created_at, id);
CREATE UNIQUE INDEX {schema}{prefix}payments_pending_idx ON {prefix}payments (org_id, invoice_id) WHERE status = 0;
CREATE INDEX {schema}{prefix}payments_surplus_idx ON {prefix}payments (org_id, created_at, id) WHERE status = 3;
CREATE TABLE {schema}{prefix}subscriptions (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    number VARCHAR(50),
    client_id CHAR(32) NOT NULL,
    invoice_id CHAR(32),
    status SMALLINT DEFAULT 1 NOT NULL,
    processor_id VARCHAR(255),
    recurring_period_length INTEGER,
    recurring_period_unit VARCHAR(1),
    current_period_end TEXT,
    payment_count INTEGER DEFAULT 0 NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}subscriptions_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}subscriptions_client_id_fkey FOREIGN KEY(org_id, client_id) REFERENCES {prefix}users (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}subscriptions_invoice_id_fkey FOREIGN KEY(org_id, invoice_id) REFERENCES {prefix}invoices (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}subscriptions_number_key UNIQUE (org_id, number),
    CONSTRAINT {prefix}subscriptions_status_check CHECK (status IN (0, 1, 2, 3, 4)),
    CONSTRAINT {prefix}subscriptions_recurring_period_unit_check CHECK (recurring_period_unit IN ('D', 'W', 'M', 'Y'))
);
CREATE INDEX {schema}{prefix}subscriptions_client_id_idx ON {prefix}subscriptions (org_id, client_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX {schema}{prefix}subscriptions_invoice_id_idx ON {prefix}subscriptions (org_id, invoice_id) WHERE invoice_id IS NOT NULL;
CREATE TABLE {schema}{prefix}orders (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    number VARCHAR(50) NOT NULL,
    client_id CHAR(32) NOT NULL,
    service_id CHAR(32),
    invoice_id CHAR(32),
    subscription_id CHAR(32),
    service_name VARCHAR(255) NOT NULL,
    status SMALLINT DEFAULT 0 NOT NULL,
    price BIGINT DEFAULT 0 NOT NULL,
    quantity INTEGER DEFAULT 1 NOT NULL,
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    note TEXT,
    form_data JSON DEFAULT '{}' NOT NULL,
    metadata JSON DEFAULT '{}' NOT NULL,
    paysys VARCHAR(50),
    date_started TEXT,
    date_completed TEXT,
    date_due TEXT,
    last_message_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}orders_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}orders_client_id_fkey FOREIGN KEY(org_id, client_id) REFERENCES {prefix}users (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}orders_service_id_fkey FOREIGN KEY(org_id, service_id) REFERENCES {prefix}services (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}orders_invoice_id_fkey FOREIGN KEY(org_id, invoice_id) REFERENCES {prefix}invoices (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}orders_subscription_id_fkey FOREIGN KEY(org_id, subscription_id) REFERENCES {prefix}subscriptions (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}orders_number_key UNIQUE (org_id, number),
    CONSTRAINT {prefix}orders_status_check CHECK (status IN (0, 1, 2, 3, 4)),
    CONSTRAINT {prefix}orders_quantity_check CHECK (quantity >= 1)
);
CREATE INDEX {schema}{prefix}orders_client_id_idx ON {prefix}orders (org_id, client_id, created_at DESC, id DESC);
CREATE INDEX {schema}{prefix}orders_invoice_id_idx ON {prefix}orders (org_id, invoice_id, created_at DESC, id DESC) WHERE invoice_id IS NOT NULL;
CREATE INDEX {schema}{prefix}orders_newest_idx ON {prefix}orders (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {schema}{prefix}orders_service_id_idx ON {prefix}orders (org_id, service_id, created_at DESC, id DESC) WHERE service_id IS NOT NULL;
CREATE INDEX {schema}{prefix}orders_status_idx ON {prefix}orders (org_id, status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {schema}{prefix}orders_subscription_id_idx ON {prefix}orders (org_id, subscription_id, created_at DESC, id DESC) WHERE subscription_id IS NOT NULL;
CREATE TABLE {schema}{prefix}order_employees (
    org_id CHAR(32) NOT NULL,
    order_id CHAR(32) NOT NULL,
    employee_id CHAR(32) NOT NULL,
    position INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT {prefix}order_employees_pkey PRIMARY KEY (org_id, order_id, employee_id),
    CONSTRAINT {prefix}order_employees_order_id_fkey FOREIGN KEY(org_id, order_id) REFERENCES {prefix}orders (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}order_employees_employee_id_fkey FOREIGN KEY(org_id, employee_id) REFERENCES {prefix}users (org_id, id) ON DELETE RESTRICT
)
 WITHOUT ROWID;
CREATE INDEX {schema}{prefix}order_employees_employee_id_idx ON {prefix}order_employees (org_id, employee_id);
CREATE TABLE {schema}{prefix}order_tags (
    org_id CHAR(32) NOT NULL,
    order_id CHAR(32) NOT NULL,
    tag_id CHAR(32) NOT NULL,
    position INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT {prefix}order_tags_pkey PRIMARY KEY (org_id, order_id, tag_id),
    CONSTRAINT {prefix}order_tags_order_id_fkey FOREIGN KEY(org_id, order_id) REFERENCES {prefix}orders (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}order_tags_tag_id_fkey FOREIGN KEY(org_id, tag_id) REFERENCES {prefix}tags (org_id, id) ON DELETE RESTRICT
)
 WITHOUT ROWID;
CREATE INDEX {schema}{prefix}order_tags_tag_id_idx ON {prefix}order_tags (org_id, tag_id);
CREATE TABLE {schema}{prefix}order_tasks (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    order_id CHAR(32) NOT NULL,
    name VARCHAR(255) NOT NULL,
    description TEXT,
    sort_order INTEGER DEFAULT 0 NOT NULL,
    is_public BOOLEAN DEFAULT false NOT NULL,
    for_client BOOLEAN DEFAULT false NOT NULL,
    is_complete BOOLEAN DEFAULT false NOT NULL,
    completed_by CHAR(32),
    completed_at TEXT,
    deadline INTEGER,
    due_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}order_tasks_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}order_tasks_order_id_fkey FOREIGN KEY(org_id, order_id) REFERENCES {prefix}orders (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}order_tasks_completed_by_fkey FOREIGN KEY(org_id, completed_by) REFERENCES {prefix}users (org_id, id) ON DELETE RESTRICT
);
CREATE INDEX {schema}{prefix}order_tasks_completed_by_idx ON {prefix}order_tasks (org_id, completed_by) WHERE completed_by IS NOT NULL;
CREATE INDEX {schema}{prefix}order_tasks_order_id_idx ON {prefix}order_tasks (org_id, order_id, sort_order, created_at, id);
CREATE TABLE {schema}{prefix}order_task_employees (
    org_id CHAR(32) NOT NULL,
    order_task_id CHAR(32) NOT NULL,
    employee_id CHAR(32) NOT NULL,
    position INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT {prefix}order_task_employees_pkey PRIMARY KEY (org_id, order_task_id, employee_id),
    CONSTRAINT {prefix}order_task_employees_order_task_id_fkey FOREIGN KEY(org_id, order_task_id) REFERENCES {prefix}order_tasks (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}order_task_employees_employee_id_fkey FOREIGN KEY(org_id, employee_id) REFERENCES {prefix}users (org_id, id) ON DELETE RESTRICT
)
 WITHOUT ROWID;
CREATE INDEX {schema}{prefix}order_task_employees_employee_id_idx ON {prefix}order_task_employees (org_id, employee_id);
CREATE TABLE {schema}{prefix}order_messages (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    order_id CHAR(32) NOT NULL,
    author_id CHAR(32),
    text TEXT NOT NULL,
    staff_only BOOLEAN DEFAULT false NOT NULL,
    files JSON DEFAULT '[]' NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT {prefix}order_messages_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}order_messages_order_id_fkey FOREIGN KEY(org_id, order_id) REFERENCES {prefix}orders (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}order_messages_author_id_fkey FOREIGN KEY(org_id, author_id) REFERENCES {prefix}users (org_id, id) ON DELETE RESTRICT
);
CREATE INDEX {schema}{prefix}order_messages_author_id_idx ON {prefix}order_messages (org_id, author_id) WHERE author_id IS NOT NULL;
CREATE INDEX {schema}{prefix}order_messages_oldest_idx ON {prefix}order_messages (org_id, order_id, created_at, id);
CREATE TABLE {schema}{prefix}invoice_items (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    invoice_id CHAR(32) NOT NULL,
    order_id CHAR(32),
    service_id CHAR(32),
    position INTEGER DEFAULT 0 NOT NULL,
    name VARCHAR(255) NOT NULL,
    description TEXT,
    amount BIGINT DEFAULT 0 NOT NULL,
    discount BIGINT DEFAULT 0 NOT NULL,
    discount2 BIGINT,
    total BIGINT DEFAULT 0 NOT NULL,
    quantity INTEGER DEFAULT 1 NOT NULL,
    options JSON DEFAULT '{}' NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT {prefix}invoice_items_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}invoice_items_invoice_id_fkey FOREIGN KEY(org_id, invoice_id) REFERENCES {prefix}invoices (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}invoice_items_order_id_fkey FOREIGN KEY(org_id, order_id) REFERENCES {prefix}orders (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}invoice_items_service_id_fkey FOREIGN KEY(org_id, service_id) REFERENCES {prefix}services (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}invoice_items_quantity_check CHECK (quantity >= 1)
);
CREATE INDEX {schema}{prefix}invoice_items_invoice_id_idx ON {prefix}invoice_items (org_id, invoice_id, position, id);
CREATE INDEX {schema}{prefix}invoice_items_order_id_idx ON {prefix}invoice_items (org_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX {schema}{prefix}invoice_items_service_id_idx ON {prefix}invoice_items (org_id, service_id) WHERE service_id IS NOT NULL;
CREATE TABLE {schema}{prefix}proposals (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    client_email VARCHAR(255) NOT NULL,
    client_first_name VARCHAR(100) NOT NULL,
    client_last_name VARCHAR(100) NOT NULL,
    client_company VARCHAR(255),
    status SMALLINT DEFAULT 0 NOT NULL,
    total BIGINT DEFAULT 0 NOT NULL,
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    notes TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    sent_at TEXT,
    signed_at TEXT,
    converted_order_id CHAR(32),
    deleted_at TEXT,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}proposals_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}proposals_converted_order_id_fkey FOREIGN KEY(org_id, converted_order_id) REFERENCES {prefix}orders (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}proposals_status_check CHECK (status IN (0, 1, 2, 3)),
    CONSTRAINT {prefix}proposals_sent_at_check CHECK ((status = 0) = (sent_at IS NULL)),
    CONSTRAINT {prefix}proposals_signed_at_check CHECK ((status = 2) = (signed_at IS NOT NULL)),
    CONSTRAINT {prefix}proposals_org_id_fkey FOREIGN KEY(org_id) REFERENCES {prefix}organizations (id) ON DELETE RESTRICT
);
CREATE INDEX {schema}{prefix}proposals_client_email_idx ON {prefix}proposals (org_id, client_email, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {schema}{prefix}proposals_converted_order_id_idx ON {prefix}proposals (org_id, converted_order_id) WHERE converted_order_id IS NOT NULL;
CREATE INDEX {schema}{prefix}proposals_newest_idx ON {prefix}proposals (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {schema}{prefix}proposals_status_idx ON {prefix}proposals (org_id, status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TABLE {schema}{prefix}proposal_items (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    proposal_id CHAR(32) NOT NULL,
    service_id CHAR(32) NOT NULL,
    position INTEGER DEFAULT 0 NOT NULL,
    quantity INTEGER DEFAULT 1 NOT NULL,
    price BIGINT DEFAULT 0 NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT {prefix}proposal_items_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}proposal_items_proposal_id_fkey FOREIGN KEY(org_id, proposal_id) REFERENCES {prefix}proposals (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}proposal_items_service_id_fkey FOREIGN KEY(org_id, service_id) REFERENCES {prefix}services (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}proposal_items_quantity_check CHECK (quantity >= 1)
);
CREATE INDEX {schema}{prefix}proposal_items_proposal_id_idx ON {prefix}proposal_items (org_id, proposal_id, position, id);
CREATE INDEX {schema}{prefix}proposal_items_service_id_idx ON {prefix}proposal_items (org_id, service_id);
CREATE TABLE {schema}{prefix}tickets (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    subject VARCHAR(255) NOT NULL,
    client_id CHAR(32) NOT NULL,
    order_id CHAR(32),
    status SMALLINT DEFAULT 1 NOT NULL,
    source VARCHAR(50),
    note TEXT,
    form_data JSON DEFAULT '{}' NOT NULL,
    metadata JSON DEFAULT '{}' NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    last_message_at TEXT,
    date_closed TEXT,
    deleted_at TEXT,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}tickets_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}tickets_client_id_fkey FOREIGN KEY(org_id, client_id) REFERENCES {prefix}users (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}tickets_order_id_fkey FOREIGN KEY(org_id, order_id) REFERENCES {prefix}orders (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}tickets_status_check CHECK (status IN (1, 2, 3)),
    CONSTRAINT {prefix}tickets_date_closed_check CHECK ((status = 3) = (date_closed IS NOT NULL))
);
CREATE INDEX {schema}{prefix}tickets_client_id_idx ON {prefix}tickets (org_id, client_id, created_at DESC, id DESC);
CREATE INDEX {schema}{prefix}tickets_newest_idx ON {prefix}tickets (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {schema}{prefix}tickets_order_id_idx ON {prefix}tickets (org_id, order_id, created_at DESC, id DESC) WHERE order_id IS NOT NULL;
CREATE INDEX {schema}{prefix}tickets_status_idx ON {prefix}tickets (org_id, status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TABLE {schema}{prefix}ticket_employees (
    org_id CHAR(32) NOT NULL,
    ticket_id CHAR(32) NOT NULL,
    employee_id CHAR(32) NOT NULL,
    position INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT {prefix}ticket_employees_pkey PRIMARY KEY (org_id, ticket_id, employee_id),
    CONSTRAINT {prefix}ticket_employees_ticket_id_fkey FOREIGN KEY(org_id, ticket_id) REFERENCES {prefix}tickets (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}ticket_employees_employee_id_fkey FOREIGN KEY(org_id, employee_id) REFERENCES {prefix}users (org_id, id) ON DELETE RESTRICT
)
 WITHOUT ROWID;
CREATE INDEX {schema}{prefix}ticket_employees_employee_id_idx ON {prefix}ticket_employees (org_id, employee_id);
CREATE TABLE {schema}{prefix}ticket_tags (
    org_id CHAR(32) NOT NULL,
    ticket_id CHAR(32) NOT NULL,
    tag_id CHAR(32) NOT NULL,
    position INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT {prefix}ticket_tags_pkey PRIMARY KEY (org_id, ticket_id, tag_id),
    CONSTRAINT {prefix}ticket_tags_ticket_id_fkey FOREIGN KEY(org_id, ticket_id) REFERENCES {prefix}tickets (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}ticket_tags_tag_id_fkey FOREIGN KEY(org_id, tag_id) REFERENCES {prefix}tags (org_id, id) ON DELETE RESTRICT
)
 WITHOUT ROWID;
CREATE INDEX {schema}{prefix}ticket_tags_tag_id_idx ON {prefix}ticket_tags (org_id, tag_id);
CREATE TABLE {schema}{prefix}ticket_messages (
    org_id CHAR(32) NOT NULL,
    id CHAR(32) NOT NULL,
    ticket_id CHAR(32) NOT NULL,
    author_id CHAR(32),
    text TEXT NOT NULL,
    staff_only BOOLEAN DEFAULT false NOT NULL,
    files JSON DEFAULT '[]' NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT {prefix}ticket_messages_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}ticket_messages_ticket_id_fkey FOREIGN KEY(org_id, ticket_id) REFERENCES {prefix}tickets (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}ticket_messages_author_id_fkey FOREIGN KEY(org_id, author_id) REFERENCES {prefix}users (org_id, id) ON DELETE RESTRICT
);
CREATE INDEX {schema}{prefix}ticket_messages_author_id_idx ON {prefix}ticket_messages (org_id, author_id) WHERE author_id IS NOT NULL;
CREATE INDEX {schema}{prefix}ticket_messages_oldest_idx ON {prefix}ticket_messages (org_id, ticket_id, created_at, id);
