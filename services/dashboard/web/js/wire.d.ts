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
export type StepStatus = 'running' | 'ok' | 'error' | 'denied' | 'cancelled';
export interface ToolResult {
  text: string;
  truncated: boolean;
  ref?: string | null;
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
