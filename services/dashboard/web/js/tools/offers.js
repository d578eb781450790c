import { claimsOf } from '../lib/claims.js';
import { compact, count } from '../lib/format.js';
import { html } from '../parts/html.js';
import { EmptyState, Stale, WhenLoaded } from '../parts/states.js';
import { useResource } from '../parts/use_resource.js';
import { serverPath, TOPICS, toolHref } from './paths.js';

/** The tools of a server, and those of it that are not offered. @param {{ server: import('../wire').McpServer }} props */
export function ServerTools({ server: { tools, refused_tools } }) {
  return html`<section class="panel" aria-labelledby="offered"><header><h2 id="offered">Tools</h2><span class="muted small">what it says of them is its own word</span></header>
    ${tools.length || refused_tools.length ? null : html`<${EmptyState} icon="tool" title="No tools">It lists none, or has not been reached yet.<//>`}
    <ul class="rows">
      ${tools.map(
        (tool) => html`<li key=${tool.name}><a class="row offer" href=${toolHref(tool.tool)}>
          <span class="two-lines"><span class="clip mono">${tool.name}</span><span class="small muted clip" dir="auto">${tool.description || tool.title}</span></span>
          <span class="muted small claims">${claimsOf(tool).join(', ')}</span>
          <span class="num">${compact(tool.tokens)} <abbr class="muted small" title="tokens in every prompt">tok</abbr></span>
        </a></li>`,
      )}
      ${refused_tools.map(({ name, reason }) => html`<li key=${`r.${name}`}><div class="row offer"><span class="two-lines"><span class="clip mono">${name}</span><span class="small warn" dir="auto">not offered: ${reason}</span></span></div></li>`)}
    </ul>
  </section>`;
}

/** @param {{ name: string }} props */
export function Resources({ name }) {
  /** @type {import('../parts/use_resource.js').Live<import('../wire').Page<import('../wire').McpResource>>} */
  const live = useResource(`${serverPath(name)}/resources?limit=500`, { topics: TOPICS });
  return html`<section class="panel" aria-label="Resources"><header><h2>Resources</h2><${Stale} error=${live.error} asOf=${live.asOf} /></header>
    <${WhenLoaded} live=${live} what="resources">${(
      /** @type {import('../wire').Page<import('../wire').McpResource>} */ { items },
    ) => html`<ul class="rows">
      ${items.map(
        (one) => html`<li key=${one.uri}><div class="row offer">
          <span class="two-lines"><span class="clip mono" title=${one.uri}>${one.uri}</span><span class="small muted clip" dir="auto">${one.description || one.name}</span></span>
          <span class="muted small">${one.template ? 'template' : (one.mime_type ?? '')}</span>
          <span class="num muted small">${one.size == null ? '' : `${count(one.size)} bytes`}</span>
        </div></li>`,
      )}</ul>`}<//>
  </section>`;
}

/** @param {{ name: string }} props */
export function Prompts({ name }) {
  /** @type {import('../parts/use_resource.js').Live<import('../wire').Page<import('../wire').McpPrompt>>} */
  const live = useResource(`${serverPath(name)}/prompts?limit=500`, { topics: TOPICS });
  return html`<section class="panel" aria-label="Prompts"><header><h2>Prompts</h2><${Stale} error=${live.error} asOf=${live.asOf} /></header>
    <${WhenLoaded} live=${live} what="prompts">${(
      /** @type {import('../wire').Page<import('../wire').McpPrompt>} */ { items },
    ) => html`<ul class="rows">
      ${items.map(
        (one) => html`<li key=${one.name}><div class="row offer">
          <span class="two-lines"><span class="clip mono">${one.name}</span><span class="small muted clip" dir="auto">${one.description}</span></span>
          <span class="muted small">${one.arguments.map((argument) => `${argument.name}${argument.required ? '' : '?'}`).join(', ')}</span>
        </div></li>`,
      )}</ul>`}<//>
  </section>`;
}
