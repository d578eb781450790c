/**
 * What a run looks like, folded from its events; pure. Durable events come once and in order (`seq` says so), words
 * come in between and may be missed or doubled: their `offset` tells, and the completed message has the last word.
 */

/** @typedef {import('../wire').RunEvent} RunEvent */

/**
 * @typedef {object} Step
 * @property {number} index
 * @property {'model' | 'tool'} kind
 * @property {string} name
 * @property {import('../wire').StepStatus} status
 * @property {string} startedAt
 * @property {number | null} durationMs
 * @property {string} text what the model said
 * @property {string} reasoning what it thought
 * @property {string | null} callId
 * @property {import('../wire').Json} [args] of a tool call
 * @property {import('../wire').ToolResult | null} result
 * @property {import('../wire').Fault | null} error
 * @property {PendingApproval | null} approval
 * @property {import('../wire').Usage | null} usage
 */

/**
 * @typedef {object} PendingApproval
 * @property {string} id
 * @property {'tool' | 'elicitation'} kind
 * @property {string} tool
 * @property {string | null} reason
 * @property {string | null} decision
 * @property {import('../wire').Json} [schema] of an elicitation's form
 * @property {import('../wire').Json} [args] of an elicitation: where it leads
 */

/**
 * @typedef {object} RunState
 * @property {string} id
 * @property {import('../wire').RunStatus} status
 * @property {string | null} reason
 * @property {import('../wire').Fault | null} error
 * @property {import('../wire').Usage | null} usage
 * @property {number} seq of the last durable event
 * @property {boolean} gap events or words are missing and must be fetched
 * @property {Step[]} steps by index, without holes
 */

/** @param {string} id @param {import('../wire').RunStatus} status @returns {RunState} */
export const newRunState = (id, status = 'queued') => ({
  id,
  status,
  reason: null,
  error: null,
  usage: null,
  seq: 0,
  gap: false,
  steps: [],
});

/** @param {import('../wire').RunStatus} status */
export const isOver = (status) => status === 'succeeded' || status === 'failed' || status === 'cancelled';

/**
 * The state after an event. An event that is known already changes nothing; one that skips others asks for them.
 * @param {RunState} state
 * @param {RunEvent} event
 * @returns {RunState}
 */
export function applyEvent(state, event) {
  if (event.seq === undefined) return event.type === 'delta' ? applyDelta(state, event) : state;
  if (event.seq <= state.seq) return state;
  if (event.seq > state.seq + 1) return { ...state, gap: true };
  const change = CHANGES[event.type];
  const next = change ? change(state, event.data, event.ts) : state;
  return { ...next, seq: event.seq };
}

/** @param {RunState} state @param {RunEvent[]} events */
export const applyEvents = (state, events) => events.reduce(applyEvent, { ...state, gap: false });

/**
 * The words of the message under way, as the run itself tells them, for one who came late.
 * @param {RunState} state
 * @param {string | null} text
 */
export function withPartialText(state, text) {
  const last = state.steps.at(-1);
  if (!text || last?.kind !== 'model' || last.status !== 'running' || last.text.length >= text.length)
    return state;
  return withStep(state, last.index, { text });
}

/** @type {Record<string, (state: RunState, data: any, ts: string) => RunState>} */
const CHANGES = {
  'run.status': (state, data) => ({
    ...state,
    status: data.status,
    reason: data.reason ?? null,
    error: data.error ?? null,
    usage: data.usage ?? state.usage,
    steps: isOver(data.status) ? state.steps.map(settled(data.status)) : state.steps,
  }),
  'step.started': (state, data, ts) =>
    withStep(state, data.index, {
      kind: data.kind,
      name: data.name,
      callId: data.call_id ?? null,
      status: 'running',
      startedAt: ts,
    }),
  'step.finished': (state, data) =>
    withStep(state, data.index, {
      status: data.status,
      durationMs: data.duration_ms ?? null,
      usage: data.usage ?? null,
      error: data.error ?? stepAt(state, data.index)?.error ?? null,
    }),
  'tool.call': (state, data, ts) =>
    withStep(state, data.index, {
      kind: 'tool',
      name: data.tool,
      callId: data.call_id,
      args: data.arguments,
      startedAt: stepAt(state, data.index)?.startedAt || ts,
    }),
  'tool.result': (state, data) =>
    withStep(state, data.index, {
      result: {
        text: data.text ?? '',
        truncated: Boolean(data.truncated),
        ref: data.ref,
        attachments: data.attachments ?? [],
      },
      durationMs: data.duration_ms ?? null,
      error: data.error ?? null,
      status: data.ok ? 'ok' : stepAt(state, data.index)?.status === 'denied' ? 'denied' : 'error',
    }),
  'approval.requested': (state, data, ts) =>
    data.kind === 'elicitation'
      ? withQuestion(state, data)
      : withStep(state, data.index, {
          kind: 'tool',
          name: data.tool,
          callId: data.call_id,
          args: data.arguments,
          startedAt: stepAt(state, data.index)?.startedAt || ts,
          approval: approvalOf(data),
        }),
  'approval.decided': (state, data) => withDecision(state, data),
  'message.completed': (state, data) =>
    withStep(state, data.index, { kind: 'model', text: data.content ?? '', reasoning: data.reasoning ?? '' }),
};

/**
 * Words: known ones are passed over, missing ones are asked for. Missing thoughts are not: nothing but the completed
 * message holds them.
 * @param {RunState} state
 * @param {RunEvent} event
 */
function applyDelta(state, { data }) {
  const step = stepAt(state, data.index);
  if (step && step.status !== 'running') return state;
  const field = data.kind === 'reasoning' ? 'reasoning' : 'text';
  const have = [...(step?.[field] ?? '')];
  const offset = data.offset ?? have.length;
  if (offset > have.length && field === 'text') return { ...state, gap: true };
  const text = have.slice(0, offset).join('') + data.text;
  return text.length <= have.join('').length
    ? state
    : withStep(state, data.index, { kind: 'model', [field]: text });
}

/** @param {any} data @returns {PendingApproval} */
const approvalOf = (data) => ({
  id: data.approval_id,
  kind: data.kind ?? 'tool',
  tool: data.tool,
  reason: data.reason ?? null,
  decision: null,
});

/**
 * A server asks while a call of it goes on. Where the protocol does not say which, it is the newest.
 * @param {RunState} state
 * @param {any} data
 */
function withQuestion(state, data) {
  const calls = state.steps.filter(({ kind, status }) => kind === 'tool' && status === 'running');
  const step = calls.find(({ callId }) => callId === data.call_id) ?? calls.at(-1);
  if (!step) return state;
  const approval = { ...approvalOf(data), schema: data.schema ?? null, args: data.arguments };
  return withStep(state, step.index, { approval });
}

/** @param {RunState} state @param {{ approval_id: string, decision: string }} data */
function withDecision(state, data) {
  const step = state.steps.find(({ approval }) => approval?.id === data.approval_id);
  if (!step?.approval) return state;
  return withStep(state, step.index, { approval: { ...step.approval, decision: data.decision } });
}

/** @param {RunState} state @param {number} index */
const stepAt = (state, index) => state.steps.find((step) => step.index === index);

/** @param {RunState} state @param {number} index @param {Partial<Step>} change @returns {RunState} */
function withStep(state, index, change) {
  const known = stepAt(state, index);
  const step = { ...(known ?? emptyStep(index)), ...change };
  const steps = known ? state.steps.map((one) => (one === known ? step : one)) : [...state.steps, step];
  return { ...state, steps: known ? steps : steps.sort((a, b) => a.index - b.index) };
}

/** @param {number} index @returns {Step} */
const emptyStep = (index) => ({
  index,
  kind: 'model',
  name: '',
  status: 'running',
  startedAt: '',
  durationMs: null,
  text: '',
  reasoning: '',
  callId: null,
  result: null,
  error: null,
  approval: null,
  usage: null,
});

/** What a run's end makes of a step still under way. @param {import('../wire').RunStatus} status */
const settled = (status) => (/** @type {Step} */ step) =>
  step.status === 'running'
    ? {
        ...step,
        status: status === 'succeeded' ? /** @type {const} */ ('ok') : /** @type {const} */ ('cancelled'),
      }
    : step;
