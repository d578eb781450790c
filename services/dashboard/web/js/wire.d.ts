/** What the dashboard's HTTP API answers, as far as the page reads it. Times are RFC 3339 UTC, durations ms. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Service = 'agent' | 'tracker';
export type Health = 'ok' | 'degraded' | 'down';

export interface UpstreamState {
  status: Health;
  since: string;
  detail: string | null;
}
export interface Session {
  role: 'admin' | 'viewer';
  session_id: string;
  expires_at: string;
}
export interface Preferences {
  theme?: Theme;
  pinned?: string[];
  views?: Record<string, Json>;
  start_tab?: string;
}
export type Theme = 'system' | 'dark' | 'light';
export interface Part<T> {
  data: T | null;
  as_of: string | null;
  stale: boolean;
  source_state: 'ok' | 'down' | 'absent';
}
export interface Bootstrap {
  session: Part<Session>;
  status: Part<{ agent: UpstreamState; tracker: UpstreamState }>;
  health: Part<{ components: Component[] }>;
  runs: Part<Page<Run>>;
  run_stats: Part<RunStats>;
  approvals: Part<Page<Approval>>;
  insights: Part<Insights>;
  issues: Part<Page<Issue>>;
  preferences: Part<Preferences>;
}
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}
export interface Component {
  name: string;
  status: Health;
  since: string | null;
  detail: string | null;
  latency_ms: number | null;
}

export type RunStatus = 'queued' | 'running' | 'waiting_approval' | 'succeeded' | 'failed' | 'cancelled';
export interface Usage {
  input_tokens: number;
  output_tokens: number;
  total_tokens: number;
}
export interface Fault {
  code: string;
  detail: string;
}
export interface Run {
  id: string;
  status: RunStatus;
  reason: string | null;
  source: 'api' | 'openai' | 'dashboard';
  model: string | null;
  session_id: string | null;
  title: string | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  duration_ms: number | null;
  usage: Usage | null;
  step_count: number;
  error: Fault | null;
}
export interface RunStats {
  since: string;
  runs: number;
  failed: number;
  unfinished: Partial<Record<RunStatus, number>>;
  series: { ts: string; runs: number; failed: number }[];
}
export type StepStatus = 'running' | 'ok' | 'error' | 'denied' | 'cancelled';
export interface ToolResult {
  text: string;
  truncated: boolean;
  ref?: string | null;
  attachments?: Attachment[];
}
export interface RunStep {
  index: number;
  kind: 'model' | 'tool';
  name: string;
  status: StepStatus;
  started_at: string;
  ended_at: string | null;
  duration_ms: number | null;
  usage?: Usage | null;
  call_id?: string | null;
  arguments?: Json;
  result?: ToolResult | null;
  error?: Fault | null;
}
export interface Message {
  role: string;
  content: string | { type: string; text?: string }[] | null;
}
export interface RunDetail extends Run {
  input: Message[];
  output: string | null;
  steps: RunStep[];
  partial_text: string | null;
}
/** One event of a run; `delta` alone has no seq. */
export interface RunEvent {
  run_id?: string;
  seq?: number;
  type: string;
  ts: string;
  data: any;
}
export interface Approval {
  id: string;
  run_id: string | null;
  session_id: string | null;
  kind: 'tool' | 'elicitation';
  tool: string;
  arguments: Json;
  schema: Json;
  reason: string | null;
  status: string;
  created_at: string;
}
export interface ChatSession {
  id: string;
  title: string | null;
  pinned: boolean;
  created_at: string;
  updated_at: string;
}
export interface Model {
  id: string;
  available: boolean;
  reason: string | null;
  default: boolean;
}

export type Decision = 'allow' | 'ask' | 'deny';
export type SecretOrText = string | { set: true };
export type Transport = 'stdio' | 'http' | 'sse';
export type ServerState =
  | 'disabled'
  | 'connecting'
  | 'ready'
  | 'failing'
  | 'open'
  | 'needs_sign_in'
  | 'stopped';
export interface Breaker {
  status: 'closed' | 'open' | 'half_open';
  failures: number;
  reason: string | null;
  next_probe: string | null;
}
/** A tool as its server lists it: text that strangers wrote. */
export interface ServerTool {
  name: string;
  tool: string;
  title: string | null;
  description: string;
  read_only: boolean;
  destructive: boolean;
  idempotent: boolean;
  open_world: boolean;
  tokens: number;
}
export interface RefusedTool {
  name: string;
  reason: string;
}
export interface LogLine {
  ts: string;
  source: 'stderr' | 'stdout' | 'server' | 'manager';
  text: string;
}
export interface McpServer {
  name: string;
  transport: Transport;
  command: string | null;
  args: string[];
  env: Record<string, SecretOrText>;
  cwd: string | null;
  url: string | null;
  headers: Record<string, SecretOrText>;
  enabled: boolean;
  permissions: Record<string, Decision>;
  allow_sampling: boolean;
  origin: 'api' | 'file';
  state: ServerState;
  since: string;
  protocol_version: string | null;
  server_name: string | null;
  server_version: string | null;
  instructions: string | null;
  pid: number | null;
  tools: ServerTool[];
  tokens: number;
  refused_tools: RefusedTool[];
  resource_count: number;
  prompt_count: number;
  breaker: Breaker;
  last_error: string | null;
  last_error_at: string | null;
  connects: number;
  log_tail: LogLine[];
}
export interface ServerTest {
  ok: boolean;
  duration_ms: number;
  error: string | null;
  needs_sign_in: boolean;
  protocol_version: string | null;
  server_name: string | null;
  tools: ServerTool[];
  tokens: number;
  refused_tools: RefusedTool[];
  log_tail: LogLine[];
}
export interface ImportReport {
  dry_run: boolean;
  added: number;
  refused: number;
  entries: ImportedEntry[];
  warnings: ImportRemark[];
}
export interface ImportRemark {
  name: string;
  detail: string;
}
export interface ImportedEntry {
  name: string;
  added: boolean;
  code: string | null;
  detail: string | null;
}
export interface McpResource {
  uri: string;
  name: string;
  description: string;
  mime_type: string | null;
  size: number | null;
  template: boolean;
}
export interface McpPrompt {
  name: string;
  description: string;
  arguments: { name: string; description: string; required: boolean }[];
}
export interface Tool {
  name: string;
  source: string;
  description: string;
  input_schema: Json;
  read_only: boolean;
  permission: Decision;
  permission_from: string;
  fingerprint: string | null;
  calls: number;
  failures: number;
  p50_ms: number | null;
  tokens: number;
}
export interface Attachment {
  kind: 'image' | 'audio' | 'resource' | 'link';
  mime_type: string;
  size: number;
  ref: string | null;
  uri: string | null;
  name: string | null;
}
export interface CallResult {
  id: string;
  ok: boolean;
  text: string;
  truncated: boolean;
  structured: Json;
  attachments: Attachment[];
  error: Fault | null;
  duration_ms: number;
}
export interface Permission {
  id: string;
  pattern: string;
  decision: Decision;
  scope: 'always' | 'session';
  session_id: string | null;
  approval_id: string | null;
  fingerprint: string | null;
  created_at: string;
}

export type IssueState = 'open' | 'resolved' | 'ignored';
export interface Issue {
  id: string;
  title: string;
  kind: string;
  component: string | null;
  level: string;
  state: IssueState;
  events: number;
  sessions: number;
  first_seen: string;
  last_seen: string;
  releases: string[];
  culprit?: string | null;
  handled?: boolean | null;
}
export interface TrackedEvent {
  id: string;
  type: 'error' | 'interaction' | 'vital' | 'timing';
  ts: string;
  session_id?: string;
  component?: string;
  release?: string;
  url?: string;
  request_id?: string;
  user_agent?: string;
  context?: Record<string, Json | undefined>;
  kind?: string;
  message?: string;
  stack?: string;
  level?: string;
  handled?: boolean;
  fingerprint?: string[];
  action?: string;
  target?: string;
  success?: boolean;
  duration_ms?: number;
  name?: string;
  value?: number;
  resource?: string;
  changed?: boolean;
}
export interface IssueDetail extends Issue {
  why: { algorithm: string; version: number; key: { part: string; value: string }[] };
  trend: { ts: string; events: number }[];
  sample: { event: TrackedEvent } | null;
  state_changed_at: string | null;
  until: { ts: string | null; events: number | null } | null;
}
export interface ComponentStats {
  name: string;
  errors: number;
  interactions: number;
  failures: number;
  error_rate: number | null;
  trend: number[];
  last_seen: string | null;
}
export interface Insights {
  since: string;
  until: string;
  errors: number;
  error_rate: number | null;
  interactions: number;
  sessions: number;
  open_issues: number;
  new_issues: number;
  regressed_issues: number;
  by_component: Omit<ComponentStats, 'trend' | 'last_seen'>[];
  series: { ts: string; errors: number; interactions: number }[];
}
