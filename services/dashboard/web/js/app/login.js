import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { BASE } from '../lib/base.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { root } from '../router.js';
import { isLoggedIn, login, role } from '../session.js';
import { begin } from './start.js';

/** Logs in by the code of a one-time link (`/login#CODE`), or by password. */
export function Login() {
  const problem = useSignal('');
  const busy = useSignal(false);

  /** @param {{ password: string } | { code: string }} secret */
  const attempt = async (secret) => {
    busy.value = true;
    problem.value = '';
    try {
      await login(secret);
      enter();
    } catch (error) {
      const byLink = 'code' in secret;
      if (byLink && (await isLoggedIn())) return enter();
      problem.value = explain(/** @type {import('../api.js').ApiError} */ (error), byLink);
    }
    busy.value = false;
  };

  useEffect(() => {
    document.title = 'Log in · Binnacle';
    const code = root.peek() === 'login' ? location.hash.slice(1) : '';
    if (!code) return;
    history.replaceState(null, '', location.pathname);
    void attempt({ code });
  }, []);

  return html`<main class="login">
    <${Icon} name="binnacle" size=${40} />
    <h1>Binnacle</h1>
    <${Form} busy=${busy.value} problem=${problem.value} submit=${attempt} />
    <p class="muted">The service prints a login link when it starts. Another one: <code>python -m dashboard login-link</code></p>
  </main>`;
}

/** @param {{ busy: boolean, problem: string, submit: (secret: { password: string }) => void }} props */
function Form({ busy, problem, submit }) {
  /** @param {SubmitEvent} event */
  const onSubmit = (event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    submit({ password: String(form.get('password')) });
  };
  return html`<form onSubmit=${onSubmit}>
    <input class="sr-only" type="text" name="username" autocomplete="username" value="admin" tabindex="-1" aria-hidden="true" readonly />
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="current-password" required autofocus
      aria-invalid=${problem ? 'true' : undefined} aria-describedby="login-problem" />
    <p id="login-problem" class="problem" role="alert">${problem}</p>
    <button class="button primary" aria-disabled=${busy ? 'true' : undefined}>${busy ? 'Logging in…' : 'Log in'}</button>
  </form>`;
}

/** A link's page is left for the start; where a session ran out, the page goes on where it was. */
function enter() {
  if (root.peek() === 'login') return location.replace(`${BASE}/`);
  role.value = null;
  void begin();
}

/** @param {import('../api.js').ApiError} error @param {boolean} byLink */
function explain(error, byLink) {
  if (error.code === 'too_many_attempts')
    return `Too many attempts. Try again in ${Math.ceil(error.retryAfterMs / 1000)} s.`;
  if (error.status === 401)
    return byLink ? 'This link was used already, or is older than ten minutes.' : 'That is not the password.';
  return error.message;
}
