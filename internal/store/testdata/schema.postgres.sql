audit_log.id bigint NOT NULL
audit_log.at bigint NOT NULL
audit_log.actor text NOT NULL DEFAULT ''::text
audit_log.action text NOT NULL
audit_log.subject text NOT NULL DEFAULT ''::text
audit_log.origin text NOT NULL DEFAULT ''::text
audit_log.detail text NOT NULL DEFAULT ''::text
audit_log.previous bytea NOT NULL
audit_log.hash bytea NOT NULL
customers.id bigint NOT NULL IDENTITY
customers.name text NOT NULL
customers.name_key text NOT NULL COLLATE "C"
customers.active bigint NOT NULL DEFAULT 1
customers.company_id bigint
customers.company_name text NOT NULL DEFAULT ''::text
customers.mapping_status text NOT NULL DEFAULT 'missing'::text
customers.mapping_synced_at bigint
customers.mapping_tenant text NOT NULL DEFAULT ''::text
customers.created_at bigint NOT NULL
job_senders.job_id bigint NOT NULL
job_senders.key text NOT NULL
job_senders.sender text NOT NULL
jobs.id bigint NOT NULL IDENTITY
jobs.customer_id bigint NOT NULL
jobs.key text NOT NULL COLLATE "C"
jobs.software text NOT NULL DEFAULT ''::text
jobs.type text NOT NULL DEFAULT ''::text
jobs.name text NOT NULL DEFAULT ''::text
jobs.archived bigint NOT NULL DEFAULT 0
jobs.created_at bigint NOT NULL
message_keys.message_id bigint NOT NULL
message_keys.job_key text NOT NULL
message_keys.sender text NOT NULL
message_raws.message_id bigint NOT NULL
message_raws.encoding text NOT NULL
message_raws.data bytea NOT NULL
messages.id bigint NOT NULL IDENTITY
messages.identity bytea NOT NULL
messages.state text NOT NULL
messages.previous_state text NOT NULL DEFAULT ''::text
messages.source text NOT NULL DEFAULT ''::text
messages.mail_id text NOT NULL DEFAULT ''::text
messages.sender text NOT NULL DEFAULT ''::text
messages.recipient text NOT NULL DEFAULT ''::text
messages.subject text NOT NULL DEFAULT ''::text
messages.search_key text NOT NULL DEFAULT ''::text
messages.sent_at bigint
messages.received_at bigint NOT NULL
messages.size bigint NOT NULL DEFAULT 0
messages.problem text NOT NULL DEFAULT ''::text
messages.parser text NOT NULL DEFAULT ''::text
messages.confidence text NOT NULL DEFAULT ''::text
messages.status text NOT NULL DEFAULT ''::text
messages.reading text NOT NULL DEFAULT ''::text
messages.corrections text NOT NULL DEFAULT ''::text
reviews.id bigint NOT NULL IDENTITY
reviews.run_id bigint NOT NULL
reviews.action text NOT NULL
reviews.actor text NOT NULL DEFAULT ''::text
reviews.note text NOT NULL DEFAULT ''::text
reviews.at bigint NOT NULL
run_messages.run_id bigint NOT NULL
run_messages.message_id bigint NOT NULL
run_messages.outcome bigint NOT NULL DEFAULT 0
run_objects.run_id bigint NOT NULL
run_objects.position bigint NOT NULL
run_objects.name text NOT NULL DEFAULT ''::text
run_objects.type text NOT NULL DEFAULT ''::text
run_objects.status text NOT NULL DEFAULT ''::text
run_objects.message text NOT NULL DEFAULT ''::text
runs.id bigint NOT NULL IDENTITY
runs.job_id bigint NOT NULL
runs.status text NOT NULL
runs.rank bigint NOT NULL
runs.started_at bigint
runs.ended_at bigint
runs.received_at bigint NOT NULL
runs.at bigint NOT NULL
runs.remark text NOT NULL DEFAULT ''::text
runs.objects_success bigint NOT NULL DEFAULT 0
runs.objects_warning bigint NOT NULL DEFAULT 0
runs.objects_error bigint NOT NULL DEFAULT 0
runs.attempts bigint NOT NULL DEFAULT 0
runs.retry bigint NOT NULL DEFAULT 0
runs.message_id bigint
runs.override_id bigint
runs.reviewed_at bigint
runs.reviewed_by text NOT NULL DEFAULT ''::text
runs.note text NOT NULL DEFAULT ''::text
secrets.name text NOT NULL
secrets.ciphertext bytea NOT NULL
secrets.updated_at bigint NOT NULL
sessions.hash bytea NOT NULL
sessions.user_id bigint
sessions.data bytea NOT NULL
sessions.expires_at bigint NOT NULL
settings.key text NOT NULL
settings.value text NOT NULL
settings.updated_at bigint NOT NULL
signin_failures.name_key text NOT NULL
signin_failures.failures bigint NOT NULL
signin_failures.last_at bigint NOT NULL
signin_places.name_key text NOT NULL
signin_places.network text NOT NULL
signin_places.last_at bigint NOT NULL
ticket_notes.tenant text NOT NULL
ticket_notes.autotask_id bigint NOT NULL
ticket_notes.kind text NOT NULL
ticket_notes.sent_at bigint NOT NULL
ticket_notes.done bigint NOT NULL DEFAULT 0
tickets.id bigint NOT NULL IDENTITY
tickets.run_id bigint NOT NULL
tickets.origin text NOT NULL
tickets.state text NOT NULL
tickets.active bigint NOT NULL
tickets.tenant text NOT NULL DEFAULT ''::text
tickets.external_id text NOT NULL DEFAULT ''::text
tickets.company_id bigint
tickets.title text NOT NULL DEFAULT ''::text
tickets.autotask_id bigint
tickets.number text NOT NULL DEFAULT ''::text
tickets.url text NOT NULL DEFAULT ''::text
tickets.status_id bigint
tickets.status_label text NOT NULL DEFAULT ''::text
tickets.created_by text NOT NULL DEFAULT ''::text
tickets.created_at bigint NOT NULL
tickets.sent_at bigint
tickets.checked_at bigint
tickets.detail text NOT NULL DEFAULT ''::text
tickets.tries bigint NOT NULL DEFAULT 0
tokens.id bigint NOT NULL IDENTITY
tokens.user_id bigint NOT NULL
tokens.label text NOT NULL DEFAULT ''::text
tokens.hash bytea NOT NULL
tokens.created_at bigint NOT NULL
tokens.expires_at bigint
tokens.last_used_at bigint
user_roles.user_id bigint NOT NULL
user_roles.role text NOT NULL
users.id bigint NOT NULL IDENTITY
users.name text NOT NULL
users.name_key text NOT NULL COLLATE "C"
users.password_hash text NOT NULL DEFAULT ''::text
users.active_role text NOT NULL DEFAULT ''::text
users.disabled bigint NOT NULL DEFAULT 0
users.created_at bigint NOT NULL

audit_log PRIMARY KEY (id)
customers CHECK ((active = ANY (ARRAY[(0)::bigint, (1)::bigint])))
customers CHECK ((mapping_status = ANY (ARRAY['ok'::text, 'renamed'::text, 'missing'::text, 'invalid'::text])))
customers PRIMARY KEY (id)
customers UNIQUE (name_key)
job_senders FOREIGN KEY (job_id) REFERENCES jobs(id)
job_senders PRIMARY KEY (job_id, key, sender)
jobs CHECK ((archived = ANY (ARRAY[(0)::bigint, (1)::bigint])))
jobs FOREIGN KEY (customer_id) REFERENCES customers(id)
jobs PRIMARY KEY (id)
jobs UNIQUE (customer_id, key)
message_keys FOREIGN KEY (message_id) REFERENCES messages(id)
message_keys PRIMARY KEY (message_id, job_key)
message_raws FOREIGN KEY (message_id) REFERENCES messages(id)
message_raws PRIMARY KEY (message_id)
messages CHECK ((length(identity) = 32))
messages CHECK ((state = ANY (ARRAY['inbox'::text, 'filed'::text, 'informational'::text, 'deleted'::text])))
messages PRIMARY KEY (id)
messages UNIQUE (identity)
reviews CHECK ((action = ANY (ARRAY['reviewed'::text, 'unreviewed'::text, 'cleared'::text])))
reviews FOREIGN KEY (run_id) REFERENCES runs(id)
reviews PRIMARY KEY (id)
run_messages FOREIGN KEY (message_id) REFERENCES messages(id)
run_messages FOREIGN KEY (run_id) REFERENCES runs(id)
run_messages PRIMARY KEY (run_id, message_id)
run_objects CHECK ((status = ANY (ARRAY[''::text, 'success'::text, 'warning'::text, 'error'::text, 'missed'::text])))
run_objects FOREIGN KEY (run_id) REFERENCES runs(id)
run_objects PRIMARY KEY (run_id, "position")
runs CHECK ((status = ANY (ARRAY['success'::text, 'warning'::text, 'error'::text, 'missed'::text])))
runs FOREIGN KEY (job_id) REFERENCES jobs(id)
runs FOREIGN KEY (message_id) REFERENCES messages(id)
runs PRIMARY KEY (id)
secrets PRIMARY KEY (name)
sessions FOREIGN KEY (user_id) REFERENCES users(id)
sessions PRIMARY KEY (hash)
settings PRIMARY KEY (key)
signin_failures PRIMARY KEY (name_key)
signin_places PRIMARY KEY (name_key, network)
ticket_notes CHECK ((done = ANY (ARRAY[(0)::bigint, (1)::bigint])))
ticket_notes CHECK ((kind = ANY (ARRAY['resolved'::text, 'time_entries'::text])))
ticket_notes PRIMARY KEY (tenant, autotask_id, kind)
tickets CHECK ((active = ANY (ARRAY[(0)::bigint, (1)::bigint])))
tickets CHECK ((origin = ANY (ARRAY['created'::text, 'linked'::text, 'manual'::text])))
tickets CHECK ((state = ANY (ARRAY['creating'::text, 'open'::text, 'complete'::text, 'missing'::text, 'failed'::text, 'manual'::text])))
tickets FOREIGN KEY (run_id) REFERENCES runs(id)
tickets PRIMARY KEY (id)
tokens FOREIGN KEY (user_id) REFERENCES users(id)
tokens PRIMARY KEY (id)
tokens UNIQUE (hash)
user_roles CHECK ((role = ANY (ARRAY['admin'::text, 'operator'::text, 'viewer'::text, 'reporter'::text])))
user_roles FOREIGN KEY (user_id) REFERENCES users(id)
user_roles PRIMARY KEY (user_id, role)
users CHECK ((disabled = ANY (ARRAY[(0)::bigint, (1)::bigint])))
users PRIMARY KEY (id)
users UNIQUE (name_key)

CREATE INDEX audit_log_at ON public.audit_log USING btree (at, id)
CREATE UNIQUE INDEX audit_log_pkey ON public.audit_log USING btree (id)
CREATE UNIQUE INDEX customers_company ON public.customers USING btree (mapping_tenant, company_id) WHERE (company_id IS NOT NULL)
CREATE UNIQUE INDEX customers_name_key_key ON public.customers USING btree (name_key)
CREATE UNIQUE INDEX customers_pkey ON public.customers USING btree (id)
CREATE INDEX job_senders_key ON public.job_senders USING btree (key, sender)
CREATE UNIQUE INDEX job_senders_pkey ON public.job_senders USING btree (job_id, key, sender)
CREATE INDEX job_senders_sender ON public.job_senders USING btree (sender)
CREATE UNIQUE INDEX jobs_customer_id_key_key ON public.jobs USING btree (customer_id, key)
CREATE INDEX jobs_key ON public.jobs USING btree (key)
CREATE UNIQUE INDEX jobs_pkey ON public.jobs USING btree (id)
CREATE INDEX message_keys_job ON public.message_keys USING btree (job_key, sender)
CREATE UNIQUE INDEX message_keys_pkey ON public.message_keys USING btree (message_id, job_key)
CREATE UNIQUE INDEX message_raws_pkey ON public.message_raws USING btree (message_id)
CREATE UNIQUE INDEX messages_identity_key ON public.messages USING btree (identity)
CREATE UNIQUE INDEX messages_pkey ON public.messages USING btree (id)
CREATE INDEX messages_received ON public.messages USING btree (received_at, id)
CREATE INDEX messages_state ON public.messages USING btree (state, received_at, id)
CREATE UNIQUE INDEX reviews_pkey ON public.reviews USING btree (id)
CREATE INDEX reviews_run ON public.reviews USING btree (run_id)
CREATE INDEX run_messages_message ON public.run_messages USING btree (message_id)
CREATE UNIQUE INDEX run_messages_pkey ON public.run_messages USING btree (run_id, message_id)
CREATE UNIQUE INDEX run_objects_pkey ON public.run_objects USING btree (run_id, "position")
CREATE INDEX runs_at ON public.runs USING btree (at, id)
CREATE INDEX runs_job ON public.runs USING btree (job_id, at, id)
CREATE UNIQUE INDEX runs_pkey ON public.runs USING btree (id)
CREATE UNIQUE INDEX runs_start ON public.runs USING btree (job_id, started_at) WHERE (started_at IS NOT NULL)
CREATE INDEX runs_status ON public.runs USING btree (status, at, id)
CREATE INDEX runs_unreviewed ON public.runs USING btree (rank, at, id) WHERE (reviewed_at IS NULL)
CREATE INDEX runs_unreviewed_at ON public.runs USING btree (at, id) WHERE (reviewed_at IS NULL)
CREATE UNIQUE INDEX secrets_pkey ON public.secrets USING btree (name)
CREATE INDEX sessions_expires ON public.sessions USING btree (expires_at)
CREATE UNIQUE INDEX sessions_pkey ON public.sessions USING btree (hash)
CREATE INDEX sessions_user ON public.sessions USING btree (user_id)
CREATE UNIQUE INDEX settings_pkey ON public.settings USING btree (key)
CREATE UNIQUE INDEX signin_failures_pkey ON public.signin_failures USING btree (name_key)
CREATE UNIQUE INDEX signin_places_pkey ON public.signin_places USING btree (name_key, network)
CREATE UNIQUE INDEX ticket_notes_pkey ON public.ticket_notes USING btree (tenant, autotask_id, kind)
CREATE UNIQUE INDEX tickets_active ON public.tickets USING btree (run_id) WHERE (active = 1)
CREATE UNIQUE INDEX tickets_pkey ON public.tickets USING btree (id)
CREATE INDEX tickets_run ON public.tickets USING btree (run_id, id)
CREATE INDEX tickets_state ON public.tickets USING btree (state, id)
CREATE UNIQUE INDEX tokens_hash_key ON public.tokens USING btree (hash)
CREATE UNIQUE INDEX tokens_pkey ON public.tokens USING btree (id)
CREATE UNIQUE INDEX user_roles_pkey ON public.user_roles USING btree (user_id, role)
CREATE UNIQUE INDEX users_name_key_key ON public.users USING btree (name_key)
CREATE UNIQUE INDEX users_pkey ON public.users USING btree (id)

CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_refuse()
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse()
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_refuse()

CREATE OR REPLACE FUNCTION public.audit_log_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END;
$function$
