import { Component } from 'preact';
import { html } from '../parts/html.js';
import { ErrorState, Loading } from '../parts/states.js';
import { trackRenderError } from '../tracking.js';

/** @typedef {{ tab: import('../tabs.js').Tab, place: string }} Props */
/** @typedef {{ view: import('preact').ComponentType | null, error: Error | null }} State */

const NOT_LOADED =
  'A part of the page could not be loaded. If the dashboard was updated, load the page again.';

/** Loads a tab when it is first shown, and keeps what breaks in it from taking the page along. */
export class TabView extends Component {
  /** @param {Props} props */
  constructor(props) {
    super(props);
    /** @type {State} */
    this.state = { view: null, error: null };
    void this.load(props.tab);
  }

  /** @param {import('../tabs.js').Tab} tab */
  async load(tab) {
    try {
      this.setState({ view: (await tab.load()).default, error: null });
    } catch (error) {
      this.failed(new Error(NOT_LOADED, { cause: error }));
    }
  }

  /** @param {unknown} error */
  componentDidCatch(error) {
    this.failed(error);
  }

  /** Another place on the same tab is another try. @param {Props} before */
  componentDidUpdate(before) {
    const { place } = /** @type {Props} */ (this.props);
    if (this.state.error && place !== before.place) this.setState({ error: null });
  }

  /** @param {unknown} error */
  failed(error) {
    const { tab } = /** @type {Props} */ (this.props);
    trackRenderError(error, tab.id);
    this.setState({ error: /** @type {Error} */ (error) });
  }

  render() {
    const { tab } = /** @type {Props} */ (this.props);
    const { view, error } = this.state;
    if (error)
      return html`<${ErrorState} title="This tab could not be shown" error=${error} retry=${() => this.load(tab)} />`;
    return view ? html`<${view} />` : html`<${Loading} label=${`Loading ${tab.label}`} />`;
  }
}
