// What the browser keeps for this page, as JSON. A browser may block its storage, and it may be
// full: then a value is kept in the page's memory, until the next reload. What is damaged is as if
// it were not there.

function attempt(action, otherwise) {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

function makeStorage(find) {
  const memory = new Map();
  return {
    read(name) {
      const text = memory.get(name) ?? attempt(() => find().getItem(name), null);
      return attempt(() => JSON.parse(text), null);
    },
    write(name, value) {
      const text = JSON.stringify(value);
      memory.set(name, text);
      attempt(() => {
        find().setItem(name, text);
        memory.delete(name);
      });
    },
    remove(name) {
      memory.delete(name);
      attempt(() => find().removeItem(name));
    },
    names: () => [...new Set([...attempt(() => Object.keys(find()), []), ...memory.keys()])],
  };
}

/** Survives a reload, and is the same in all tabs. */
export const shared = makeStorage(() => window.localStorage);

/** Of this tab, until it is closed. */
export const ofTab = makeStorage(() => window.sessionStorage);
