/** The tabs there are. Each registers itself; none knows another. */

/**
 * @typedef {object} Tab
 * @property {string} id also the component its events are tracked under
 * @property {string} label
 * @property {string} icon
 * @property {string} href where it starts
 * @property {string[]} roots first segments of the paths it owns
 * @property {string} key second key of its `g` shortcut
 * @property {() => Promise<{ default: import('preact').ComponentType }>} load
 * @property {Command[]} [commands] what the palette offers for it
 */

/** @typedef {{ id: string, label: string, icon: string, href: string, keys?: string }} Command */

/** @type {Tab[]} */
const tabs = [];

/** @param {Tab} tab */
export const registerTab = (tab) => {
  tabs.push(tab);
};

/** @returns {readonly Tab[]} in the order they are shown */
export const allTabs = () => tabs;

/**
 * The tab that owns a path; the first one when none does.
 * @param {string} root first segment
 */
export const tabOf = (root) => tabs.find((tab) => tab.roots.includes(root)) ?? tabs[0];
