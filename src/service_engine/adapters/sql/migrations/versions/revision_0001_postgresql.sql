CREATE TABLE {schema}{prefix}organizations (
    id UUID NOT NULL,
    name VARCHAR(255) COLLATE "C" NOT NULL,
    slug VARCHAR(100) COLLATE "C" NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}organizations_pkey PRIMARY KEY (id),
    CONSTRAINT {prefix}organizations_slug_key UNIQUE (slug)
);
CREATE TABLE {schema}{prefix}roles (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    name VARCHAR(255) COLLATE "C" NOT NULL,
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
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    CONSTRAINT {prefix}roles_org_id_fkey FOREIGN KEY(org_id) REFERENCES {schema}{prefix}organizations (id) ON DELETE RESTRICT
);
CREATE TABLE {schema}{prefix}addresses (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    line_1 VARCHAR(255) COLLATE "C",
    line_2 VARCHAR(255) COLLATE "C",
    city VARCHAR(255) COLLATE "C",
    state VARCHAR(255) COLLATE "C",
    country VARCHAR(10) COLLATE "C",
    postcode VARCHAR(50) COLLATE "C",
    first_name VARCHAR(255) COLLATE "C",
    last_name VARCHAR(255) COLLATE "C",
    tax_id VARCHAR(100) COLLATE "C",
    company_name VARCHAR(255) COLLATE "C",
    company_vat VARCHAR(100) COLLATE "C",
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT {prefix}addresses_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}addresses_org_id_fkey FOREIGN KEY(org_id) REFERENCES {schema}{prefix}organizations (id) ON DELETE RESTRICT
);
CREATE TABLE {schema}{prefix}users (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    email VARCHAR(255) COLLATE "C" NOT NULL,
    password_hash VARCHAR(255) COLLATE "C",
    first_name VARCHAR(255) COLLATE "C" NOT NULL,
    last_name VARCHAR(255) COLLATE "C" NOT NULL,
    company VARCHAR(255) COLLATE "C",
    phone VARCHAR(50) COLLATE "C",
    tax_id VARCHAR(100) COLLATE "C",
    address_id UUID,
    note TEXT COLLATE "C",
    role_id UUID NOT NULL,
    status SMALLINT DEFAULT 1 NOT NULL,
    balance BIGINT DEFAULT 0 NOT NULL,
    balance_currency VARCHAR(3) COLLATE "C" DEFAULT 'USD' NOT NULL,
    optin VARCHAR(50) COLLATE "C",
    stripe_id VARCHAR(255) COLLATE "C",
    custom_fields JSONB DEFAULT '{}' NOT NULL,
    affiliate_id BIGINT,
    affiliate_link VARCHAR(255) COLLATE "C",
    google_id VARCHAR(255) COLLATE "C",
    employee_id UUID,
    two_factor_enabled BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}users_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}users_role_id_fkey FOREIGN KEY(org_id, role_id) REFERENCES {schema}{prefix}roles (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}users_address_id_fkey FOREIGN KEY(org_id, address_id) REFERENCES {schema}{prefix}addresses (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}users_employee_id_fkey FOREIGN KEY(org_id, employee_id) REFERENCES {schema}{prefix}users (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}users_affiliate_id_key UNIQUE (org_id, affiliate_id),
    CONSTRAINT {prefix}users_affiliate_link_key UNIQUE (org_id, affiliate_link),
    CONSTRAINT {prefix}users_status_check CHECK (status >= 0)
);
CREATE INDEX {prefix}users_address_id_idx ON {schema}{prefix}users (org_id, address_id) WHERE address_id IS NOT NULL;
CREATE UNIQUE INDEX {prefix}users_email_idx ON {schema}{prefix}users (org_id, email) WHERE deleted_at IS NULL;
CREATE INDEX {prefix}users_employee_id_idx ON {schema}{prefix}users (org_id, employee_id) WHERE employee_id IS NOT NULL;
CREATE INDEX {prefix}users_newest_idx ON {schema}{prefix}users (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {prefix}users_role_id_idx ON {schema}{prefix}users (org_id, role_id);
CREATE INDEX {prefix}users_status_idx ON {schema}{prefix}users (org_id, status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TABLE {schema}{prefix}api_tokens (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    employee_id UUID NOT NULL,
    token_hash VARCHAR(64) COLLATE "C" NOT NULL,
    name VARCHAR(255) COLLATE "C" NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    last_used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT {prefix}api_tokens_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}api_tokens_employee_id_fkey FOREIGN KEY(org_id, employee_id) REFERENCES {schema}{prefix}users (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}api_tokens_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX {prefix}api_tokens_employee_id_idx ON {schema}{prefix}api_tokens (org_id, employee_id);
CREATE TABLE {schema}{prefix}tags (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    name VARCHAR(255) COLLATE "C" NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT {prefix}tags_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}tags_name_key UNIQUE (org_id, name),
    CONSTRAINT {prefix}tags_org_id_fkey FOREIGN KEY(org_id) REFERENCES {schema}{prefix}organizations (id) ON DELETE RESTRICT
);
CREATE TABLE {schema}{prefix}counters (
    org_id UUID NOT NULL,
    name VARCHAR(50) COLLATE "C" NOT NULL,
    value BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT {prefix}counters_pkey PRIMARY KEY (org_id, name),
    CONSTRAINT {prefix}counters_org_id_fkey FOREIGN KEY(org_id) REFERENCES {schema}{prefix}organizations (id) ON DELETE RESTRICT
);
CREATE TABLE {schema}{prefix}service_folders (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    name VARCHAR(255) COLLATE "C" NOT NULL,
    sort_order INTEGER DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}service_folders_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}service_folders_org_id_fkey FOREIGN KEY(org_id) REFERENCES {schema}{prefix}organizations (id) ON DELETE RESTRICT
);
CREATE TABLE {schema}{prefix}services (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    name VARCHAR(255) COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    image VARCHAR(500) COLLATE "C",
    recurring SMALLINT DEFAULT 0 NOT NULL,
    price BIGINT,
    currency VARCHAR(3) COLLATE "C" DEFAULT 'USD' NOT NULL,
    first_price BIGINT,
    first_period_length INTEGER,
    first_period_unit VARCHAR(1) COLLATE "C",
    recurring_price BIGINT,
    recurring_period_length INTEGER,
    recurring_period_unit VARCHAR(1) COLLATE "C",
    recurring_action SMALLINT,
    deadline INTEGER,
    public BOOLEAN DEFAULT true NOT NULL,
    sort_order INTEGER DEFAULT 0 NOT NULL,
    multi_order BOOLEAN DEFAULT true NOT NULL,
    request_orders BOOLEAN DEFAULT false NOT NULL,
    max_active_requests INTEGER,
    group_quantities BOOLEAN DEFAULT false NOT NULL,
    folder_id UUID,
    metadata JSONB DEFAULT '{}' NOT NULL,
    braintree_plan_id VARCHAR(255) COLLATE "C",
    hoth_product_key VARCHAR(255) COLLATE "C",
    hoth_package_name VARCHAR(255) COLLATE "C",
    provider_id INTEGER,
    provider_service_id INTEGER,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}services_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}services_folder_id_fkey FOREIGN KEY(org_id, folder_id) REFERENCES {schema}{prefix}service_folders (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}services_first_period_unit_check CHECK (first_period_unit IN ('D', 'W', 'M', 'Y')),
    CONSTRAINT {prefix}services_recurring_period_unit_check CHECK (recurring_period_unit IN ('D', 'W', 'M', 'Y')),
    CONSTRAINT {prefix}services_org_id_fkey FOREIGN KEY(org_id) REFERENCES {schema}{prefix}organizations (id) ON DELETE RESTRICT
);
CREATE INDEX {prefix}services_folder_id_idx ON {schema}{prefix}services (org_id, folder_id, created_at DESC, id DESC) WHERE folder_id IS NOT NULL;
CREATE INDEX {prefix}services_newest_idx ON {schema}{prefix}services (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {prefix}services_public_idx ON {schema}{prefix}services (org_id, public, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TABLE {schema}{prefix}service_employees (
    org_id UUID NOT NULL,
    service_id UUID NOT NULL,
    employee_id UUID NOT NULL,
    position INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT {prefix}service_employees_pkey PRIMARY KEY (org_id, service_id, employee_id),
    CONSTRAINT {prefix}service_employees_service_id_fkey FOREIGN KEY(org_id, service_id) REFERENCES {schema}{prefix}services (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}service_employees_employee_id_fkey FOREIGN KEY(org_id, employee_id) REFERENCES {schema}{prefix}users (org_id, id) ON DELETE RESTRICT
);
CREATE INDEX {prefix}service_employees_employee_id_idx ON {schema}{prefix}service_employees (org_id, employee_id);
CREATE TABLE {schema}{prefix}coupons (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    code VARCHAR(100) COLLATE "C" NOT NULL,
    type VARCHAR(50) COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    discounts JSONB DEFAULT '[]' NOT NULL,
    date_expires TIMESTAMP WITH TIME ZONE,
    new_customers BOOLEAN DEFAULT false NOT NULL,
    single_use BOOLEAN DEFAULT false NOT NULL,
    single_quantity BOOLEAN DEFAULT false NOT NULL,
    duration BOOLEAN DEFAULT false NOT NULL,
    usage_limit INTEGER,
    min_cart_amount BIGINT,
    used_count INTEGER DEFAULT 0 NOT NULL,
    affiliate JSONB,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}coupons_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}coupons_code_key UNIQUE (org_id, code),
    CONSTRAINT {prefix}coupons_org_id_fkey FOREIGN KEY(org_id) REFERENCES {schema}{prefix}organizations (id) ON DELETE RESTRICT
);
CREATE INDEX {prefix}coupons_newest_idx ON {schema}{prefix}coupons (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TABLE {schema}{prefix}invoices (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    number VARCHAR(50) COLLATE "C" NOT NULL,
    number_prefix VARCHAR(20) COLLATE "C",
    client_id UUID NOT NULL,
    employee_id UUID,
    coupon_id UUID,
    billing_address JSONB,
    status SMALLINT DEFAULT 0 NOT NULL,
    currency VARCHAR(3) COLLATE "C" DEFAULT 'USD' NOT NULL,
    subtotal BIGINT DEFAULT 0 NOT NULL,
    tax BIGINT DEFAULT 0 NOT NULL,
    credit BIGINT DEFAULT 0 NOT NULL,
    total BIGINT DEFAULT 0 NOT NULL,
    paid BIGINT DEFAULT 0 NOT NULL,
    tax_name VARCHAR(100) COLLATE "C",
    tax_type SMALLINT,
    tax_percent_thousandths INTEGER,
    date_due TIMESTAMP WITH TIME ZONE,
    date_paid TIMESTAMP WITH TIME ZONE,
    reason VARCHAR(255) COLLATE "C",
    note TEXT COLLATE "C",
    ip_address VARCHAR(45) COLLATE "C",
    loc_confirm BOOLEAN DEFAULT false NOT NULL,
    recurring JSONB,
    paysys VARCHAR(50) COLLATE "C",
    transaction_id VARCHAR(255) COLLATE "C",
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}invoices_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}invoices_client_id_fkey FOREIGN KEY(org_id, client_id) REFERENCES {schema}{prefix}users (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}invoices_employee_id_fkey FOREIGN KEY(org_id, employee_id) REFERENCES {schema}{prefix}users (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}invoices_coupon_id_fkey FOREIGN KEY(org_id, coupon_id) REFERENCES {schema}{prefix}coupons (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}invoices_number_key UNIQUE (org_id, number),
    CONSTRAINT {prefix}invoices_status_check CHECK (status IN (0, 1, 3, 4, 5, 7)),
    CONSTRAINT {prefix}invoices_paid_check CHECK (paid BETWEEN 0 AND total)
);
CREATE INDEX {prefix}invoices_client_id_idx ON {schema}{prefix}invoices (org_id, client_id, created_at DESC, id DESC);
CREATE INDEX {prefix}invoices_coupon_id_idx ON {schema}{prefix}invoices (org_id, coupon_id) WHERE coupon_id IS NOT NULL;
CREATE INDEX {prefix}invoices_employee_id_idx ON {schema}{prefix}invoices (org_id, employee_id) WHERE employee_id IS NOT NULL;
CREATE INDEX {prefix}invoices_newest_idx ON {schema}{prefix}invoices (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {prefix}invoices_status_idx ON {schema}{prefix}invoices (org_id, status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TABLE {schema}{prefix}payments (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    status SMALLINT DEFAULT 0 NOT NULL,
    amount BIGINT DEFAULT 0 NOT NULL,
    currency VARCHAR(3) COLLATE "C" DEFAULT 'USD' NOT NULL,
    paysys VARCHAR(50) COLLATE "C" NOT NULL,
    transaction_id VARCHAR(255) COLLATE "C",
    reason VARCHAR(255) COLLATE "C",
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}payments_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}payments_invoice_id_fkey FOREIGN KEY(org_id, invoice_id) REFERENCES {schema}{prefix}invoices (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}payments_status_check CHECK (status IN (0, 1, 2, 3, 4)),
    CONSTRAINT {prefix}payments_amount_check CHECK (amount >= 0)
);
CREATE INDEX {prefix}payments_invoice_id_idx ON {schema}{prefix}payments (org_id, invoice_id, created_at, id);
CREATE UNIQUE INDEX {prefix}payments_pending_idx ON {schema}{prefix}payments (org_id, invoice_id) WHERE status = 0;
CREATE INDEX {prefix}payments_surplus_idx ON {schema}{prefix}payments (org_id, created_at, id) WHERE status = 3;
CREATE TABLE {schema}{prefix}subscriptions (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    number VARCHAR(50) COLLATE "C",
    client_id UUID NOT NULL,
    invoice_id UUID,
    status SMALLINT DEFAULT 1 NOT NULL,
    processor_id VARCHAR(255) COLLATE "C",
    recurring_period_length INTEGER,
    recurring_period_unit VARCHAR(1) COLLATE "C",
    current_period_end TIMESTAMP WITH TIME ZONE,
    payment_count INTEGER DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}subscriptions_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}subscriptions_client_id_fkey FOREIGN KEY(org_id, client_id) REFERENCES {schema}{prefix}users (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}subscriptions_invoice_id_fkey FOREIGN KEY(org_id, invoice_id) REFERENCES {schema}{prefix}invoices (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}subscriptions_number_key UNIQUE (org_id, number),
    CONSTRAINT {prefix}subscriptions_status_check CHECK (status IN (0, 1, 2, 3, 4)),
    CONSTRAINT {prefix}subscriptions_recurring_period_unit_check CHECK (recurring_period_unit IN ('D', 'W', 'M', 'Y'))
);
CREATE INDEX {prefix}subscriptions_client_id_idx ON {schema}{prefix}subscriptions (org_id, client_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX {prefix}subscriptions_invoice_id_idx ON {schema}{prefix}subscriptions (org_id, invoice_id) WHERE invoice_id IS NOT NULL;
CREATE TABLE {schema}{prefix}orders (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    number VARCHAR(50) COLLATE "C" NOT NULL,
    client_id UUID NOT NULL,
    service_id UUID,
    invoice_id UUID,
    subscription_id UUID,
    service_name VARCHAR(255) COLLATE "C" NOT NULL,
    status SMALLINT DEFAULT 0 NOT NULL,
    price BIGINT DEFAULT 0 NOT NULL,
    quantity INTEGER DEFAULT 1 NOT NULL,
    currency VARCHAR(3) COLLATE "C" DEFAULT 'USD' NOT NULL,
    note TEXT COLLATE "C",
    form_data JSONB DEFAULT '{}' NOT NULL,
    metadata JSONB DEFAULT '{}' NOT NULL,
    paysys VARCHAR(50) COLLATE "C",
    date_started TIMESTAMP WITH TIME ZONE,
    date_completed TIMESTAMP WITH TIME ZONE,
    date_due TIMESTAMP WITH TIME ZONE,
    last_message_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}orders_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}orders_client_id_fkey FOREIGN KEY(org_id, client_id) REFERENCES {schema}{prefix}users (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}orders_service_id_fkey FOREIGN KEY(org_id, service_id) REFERENCES {schema}{prefix}services (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}orders_invoice_id_fkey FOREIGN KEY(org_id, invoice_id) REFERENCES {schema}{prefix}invoices (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}orders_subscription_id_fkey FOREIGN KEY(org_id, subscription_id) REFERENCES {schema}{prefix}subscriptions (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}orders_number_key UNIQUE (org_id, number),
    CONSTRAINT {prefix}orders_status_check CHECK (status IN (0, 1, 2, 3, 4)),
    CONSTRAINT {prefix}orders_quantity_check CHECK (quantity >= 1)
);
CREATE INDEX {prefix}orders_client_id_idx ON {schema}{prefix}orders (org_id, client_id, created_at DESC, id DESC);
CREATE INDEX {prefix}orders_invoice_id_idx ON {schema}{prefix}orders (org_id, invoice_id, created_at DESC, id DESC) WHERE invoice_id IS NOT NULL;
CREATE INDEX {prefix}orders_newest_idx ON {schema}{prefix}orders (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {prefix}orders_service_id_idx ON {schema}{prefix}orders (org_id, service_id, created_at DESC, id DESC) WHERE service_id IS NOT NULL;
CREATE INDEX {prefix}orders_status_idx ON {schema}{prefix}orders (org_id, status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {prefix}orders_subscription_id_idx ON {schema}{prefix}orders (org_id, subscription_id, created_at DESC, id DESC) WHERE subscription_id IS NOT NULL;
CREATE TABLE {schema}{prefix}order_employees (
    org_id UUID NOT NULL,
    order_id UUID NOT NULL,
    employee_id UUID NOT NULL,
    position INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT {prefix}order_employees_pkey PRIMARY KEY (org_id, order_id, employee_id),
    CONSTRAINT {prefix}order_employees_order_id_fkey FOREIGN KEY(org_id, order_id) REFERENCES {schema}{prefix}orders (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}order_employees_employee_id_fkey FOREIGN KEY(org_id, employee_id) REFERENCES {schema}{prefix}users (org_id, id) ON DELETE RESTRICT
);
CREATE INDEX {prefix}order_employees_employee_id_idx ON {schema}{prefix}order_employees (org_id, employee_id);
CREATE TABLE {schema}{prefix}order_tags (
    org_id UUID NOT NULL,
    order_id UUID NOT NULL,
    tag_id UUID NOT NULL,
    position INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT {prefix}order_tags_pkey PRIMARY KEY (org_id, order_id, tag_id),
    CONSTRAINT {prefix}order_tags_order_id_fkey FOREIGN KEY(org_id, order_id) REFERENCES {schema}{prefix}orders (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}order_tags_tag_id_fkey FOREIGN KEY(org_id, tag_id) REFERENCES {schema}{prefix}tags (org_id, id) ON DELETE RESTRICT
);
CREATE INDEX {prefix}order_tags_tag_id_idx ON {schema}{prefix}order_tags (org_id, tag_id);
CREATE TABLE {schema}{prefix}order_tasks (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    order_id UUID NOT NULL,
    name VARCHAR(255) COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    sort_order INTEGER DEFAULT 0 NOT NULL,
    is_public BOOLEAN DEFAULT false NOT NULL,
    for_client BOOLEAN DEFAULT false NOT NULL,
    is_complete BOOLEAN DEFAULT false NOT NULL,
    completed_by UUID,
    completed_at TIMESTAMP WITH TIME ZONE,
    deadline INTEGER,
    due_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}order_tasks_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}order_tasks_order_id_fkey FOREIGN KEY(org_id, order_id) REFERENCES {schema}{prefix}orders (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}order_tasks_completed_by_fkey FOREIGN KEY(org_id, completed_by) REFERENCES {schema}{prefix}users (org_id, id) ON DELETE RESTRICT
);
CREATE INDEX {prefix}order_tasks_completed_by_idx ON {schema}{prefix}order_tasks (org_id, completed_by) WHERE completed_by IS NOT NULL;
CREATE INDEX {prefix}order_tasks_order_id_idx ON {schema}{prefix}order_tasks (org_id, order_id, sort_order, created_at, id);
CREATE TABLE {schema}{prefix}order_task_employees (
    org_id UUID NOT NULL,
    order_task_id UUID NOT NULL,
    employee_id UUID NOT NULL,
    position INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT {prefix}order_task_employees_pkey PRIMARY KEY (org_id, order_task_id, employee_id),
    CONSTRAINT {prefix}order_task_employees_order_task_id_fkey FOREIGN KEY(org_id, order_task_id) REFERENCES {schema}{prefix}order_tasks (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}order_task_employees_employee_id_fkey FOREIGN KEY(org_id, employee_id) REFERENCES {schema}{prefix}users (org_id, id) ON DELETE RESTRICT
);
CREATE INDEX {prefix}order_task_employees_employee_id_idx ON {schema}{prefix}order_task_employees (org_id, employee_id);
CREATE TABLE {schema}{prefix}order_messages (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    order_id UUID NOT NULL,
    author_id UUID,
    text TEXT COLLATE "C" NOT NULL,
    staff_only BOOLEAN DEFAULT false NOT NULL,
    files JSONB DEFAULT '[]' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT {prefix}order_messages_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}order_messages_order_id_fkey FOREIGN KEY(org_id, order_id) REFERENCES {schema}{prefix}orders (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}order_messages_author_id_fkey FOREIGN KEY(org_id, author_id) REFERENCES {schema}{prefix}users (org_id, id) ON DELETE RESTRICT
);
CREATE INDEX {prefix}order_messages_author_id_idx ON {schema}{prefix}order_messages (org_id, author_id) WHERE author_id IS NOT NULL;
CREATE INDEX {prefix}order_messages_oldest_idx ON {schema}{prefix}order_messages (org_id, order_id, created_at, id);
CREATE TABLE {schema}{prefix}invoice_items (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    order_id UUID,
    service_id UUID,
    position INTEGER DEFAULT 0 NOT NULL,
    name VARCHAR(255) COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    amount BIGINT DEFAULT 0 NOT NULL,
    discount BIGINT DEFAULT 0 NOT NULL,
    discount2 BIGINT,
    total BIGINT DEFAULT 0 NOT NULL,
    quantity INTEGER DEFAULT 1 NOT NULL,
    options JSONB DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT {prefix}invoice_items_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}invoice_items_invoice_id_fkey FOREIGN KEY(org_id, invoice_id) REFERENCES {schema}{prefix}invoices (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}invoice_items_order_id_fkey FOREIGN KEY(org_id, order_id) REFERENCES {schema}{prefix}orders (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}invoice_items_service_id_fkey FOREIGN KEY(org_id, service_id) REFERENCES {schema}{prefix}services (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}invoice_items_quantity_check CHECK (quantity >= 1)
);
CREATE INDEX {prefix}invoice_items_invoice_id_idx ON {schema}{prefix}invoice_items (org_id, invoice_id, position, id);
CREATE INDEX {prefix}invoice_items_order_id_idx ON {schema}{prefix}invoice_items (org_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX {prefix}invoice_items_service_id_idx ON {schema}{prefix}invoice_items (org_id, service_id) WHERE service_id IS NOT NULL;
CREATE TABLE {schema}{prefix}proposals (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    client_email VARCHAR(255) COLLATE "C" NOT NULL,
    client_first_name VARCHAR(100) COLLATE "C" NOT NULL,
    client_last_name VARCHAR(100) COLLATE "C" NOT NULL,
    client_company VARCHAR(255) COLLATE "C",
    status SMALLINT DEFAULT 0 NOT NULL,
    total BIGINT DEFAULT 0 NOT NULL,
    currency VARCHAR(3) COLLATE "C" DEFAULT 'USD' NOT NULL,
    notes TEXT COLLATE "C",
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    signed_at TIMESTAMP WITH TIME ZONE,
    converted_order_id UUID,
    deleted_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}proposals_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}proposals_converted_order_id_fkey FOREIGN KEY(org_id, converted_order_id) REFERENCES {schema}{prefix}orders (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}proposals_status_check CHECK (status IN (0, 1, 2, 3)),
    CONSTRAINT {prefix}proposals_sent_at_check CHECK ((status = 0) = (sent_at IS NULL)),
    CONSTRAINT {prefix}proposals_signed_at_check CHECK ((status = 2) = (signed_at IS NOT NULL)),
    CONSTRAINT {prefix}proposals_org_id_fkey FOREIGN KEY(org_id) REFERENCES {schema}{prefix}organizations (id) ON DELETE RESTRICT
);
CREATE INDEX {prefix}proposals_client_email_idx ON {schema}{prefix}proposals (org_id, client_email, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {prefix}proposals_converted_order_id_idx ON {schema}{prefix}proposals (org_id, converted_order_id) WHERE converted_order_id IS NOT NULL;
CREATE INDEX {prefix}proposals_newest_idx ON {schema}{prefix}proposals (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {prefix}proposals_status_idx ON {schema}{prefix}proposals (org_id, status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TABLE {schema}{prefix}proposal_items (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    proposal_id UUID NOT NULL,
    service_id UUID NOT NULL,
    position INTEGER DEFAULT 0 NOT NULL,
    quantity INTEGER DEFAULT 1 NOT NULL,
    price BIGINT DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT {prefix}proposal_items_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}proposal_items_proposal_id_fkey FOREIGN KEY(org_id, proposal_id) REFERENCES {schema}{prefix}proposals (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}proposal_items_service_id_fkey FOREIGN KEY(org_id, service_id) REFERENCES {schema}{prefix}services (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}proposal_items_quantity_check CHECK (quantity >= 1)
);
CREATE INDEX {prefix}proposal_items_proposal_id_idx ON {schema}{prefix}proposal_items (org_id, proposal_id, position, id);
CREATE INDEX {prefix}proposal_items_service_id_idx ON {schema}{prefix}proposal_items (org_id, service_id);
CREATE TABLE {schema}{prefix}tickets (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    subject VARCHAR(255) COLLATE "C" NOT NULL,
    client_id UUID NOT NULL,
    order_id UUID,
    status SMALLINT DEFAULT 1 NOT NULL,
    source VARCHAR(50) COLLATE "C",
    note TEXT COLLATE "C",
    form_data JSONB DEFAULT '{}' NOT NULL,
    metadata JSONB DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_message_at TIMESTAMP WITH TIME ZONE,
    date_closed TIMESTAMP WITH TIME ZONE,
    deleted_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT {prefix}tickets_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}tickets_client_id_fkey FOREIGN KEY(org_id, client_id) REFERENCES {schema}{prefix}users (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}tickets_order_id_fkey FOREIGN KEY(org_id, order_id) REFERENCES {schema}{prefix}orders (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT {prefix}tickets_status_check CHECK (status IN (1, 2, 3)),
    CONSTRAINT {prefix}tickets_date_closed_check CHECK ((status = 3) = (date_closed IS NOT NULL))
);
CREATE INDEX {prefix}tickets_client_id_idx ON {schema}{prefix}tickets (org_id, client_id, created_at DESC, id DESC);
CREATE INDEX {prefix}tickets_newest_idx ON {schema}{prefix}tickets (org_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX {prefix}tickets_order_id_idx ON {schema}{prefix}tickets (org_id, order_id, created_at DESC, id DESC) WHERE order_id IS NOT NULL;
CREATE INDEX {prefix}tickets_status_idx ON {schema}{prefix}tickets (org_id, status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TABLE {schema}{prefix}ticket_employees (
    org_id UUID NOT NULL,
    ticket_id UUID NOT NULL,
    employee_id UUID NOT NULL,
    position INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT {prefix}ticket_employees_pkey PRIMARY KEY (org_id, ticket_id, employee_id),
    CONSTRAINT {prefix}ticket_employees_ticket_id_fkey FOREIGN KEY(org_id, ticket_id) REFERENCES {schema}{prefix}tickets (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}ticket_employees_employee_id_fkey FOREIGN KEY(org_id, employee_id) REFERENCES {schema}{prefix}users (org_id, id) ON DELETE RESTRICT
);
CREATE INDEX {prefix}ticket_employees_employee_id_idx ON {schema}{prefix}ticket_employees (org_id, employee_id);
CREATE TABLE {schema}{prefix}ticket_tags (
    org_id UUID NOT NULL,
    ticket_id UUID NOT NULL,
    tag_id UUID NOT NULL,
    position INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT {prefix}ticket_tags_pkey PRIMARY KEY (org_id, ticket_id, tag_id),
    CONSTRAINT {prefix}ticket_tags_ticket_id_fkey FOREIGN KEY(org_id, ticket_id) REFERENCES {schema}{prefix}tickets (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}ticket_tags_tag_id_fkey FOREIGN KEY(org_id, tag_id) REFERENCES {schema}{prefix}tags (org_id, id) ON DELETE RESTRICT
);
CREATE INDEX {prefix}ticket_tags_tag_id_idx ON {schema}{prefix}ticket_tags (org_id, tag_id);
CREATE TABLE {schema}{prefix}ticket_messages (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    ticket_id UUID NOT NULL,
    author_id UUID,
    text TEXT COLLATE "C" NOT NULL,
    staff_only BOOLEAN DEFAULT false NOT NULL,
    files JSONB DEFAULT '[]' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT {prefix}ticket_messages_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT {prefix}ticket_messages_ticket_id_fkey FOREIGN KEY(org_id, ticket_id) REFERENCES {schema}{prefix}tickets (org_id, id) ON DELETE CASCADE,
    CONSTRAINT {prefix}ticket_messages_author_id_fkey FOREIGN KEY(org_id, author_id) REFERENCES {schema}{prefix}users (org_id, id) ON DELETE RESTRICT
);
CREATE INDEX {prefix}ticket_messages_author_id_idx ON {schema}{prefix}ticket_messages (org_id, author_id) WHERE author_id IS NOT NULL;
CREATE INDEX {prefix}ticket_messages_oldest_idx ON {schema}{prefix}ticket_messages (org_id, ticket_id, created_at, id);
