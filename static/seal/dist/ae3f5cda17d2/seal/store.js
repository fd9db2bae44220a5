// What the browser keeps, and nobody else: drafts in IndexedDB, bytes in the origin's private file system (OPFS).

const DATABASE = "sunseal";
const STORE = "drafts";
const ROOT = "sunseal";

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function inStore(mode, act) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "key" });
  const database = await settled(opening);
  try {
    const transaction = database.transaction(STORE, mode);
    const finished = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await settled(act(transaction.objectStore(STORE)));
    await finished;
    return result;
  } finally {
    database.close();
  }
}

export const loadDraft = (key) => inStore("readonly", (store) => store.get(key));
export const saveDraft = (draft) => inStore("readwrite", (store) => store.put(draft));
const dropDraft = (key) => inStore("readwrite", (store) => store.delete(key));

/** The folder of OPFS named `name`; made when it is missing. */
export async function folder(name) {
  const root = await navigator.storage.getDirectory();
  const ours = await root.getDirectoryHandle(ROOT, { create: true });
  return ours.getDirectoryHandle(name, { create: true });
}

/** A stored file as a File that reads from disk, or null. */
export async function storedFile(folderName, name) {
  try {
    const handle = await (await folder(folderName)).getFileHandle(name);
    return await handle.getFile();
  } catch (error) {
    if (error.name === "NotFoundError") return null;
    throw error;
  }
}

/** Remove the named files, missing ones silently. */
export async function removeFiles(folderName, names) {
  const home = await folder(folderName);
  for (const name of names) {
    await home.removeEntry(name).catch((error) => {
      if (error.name !== "NotFoundError") throw error;
    });
  }
}

/** Remove a draft and all its bytes from this computer. */
export async function forget(key, folderName) {
  const root = await navigator.storage.getDirectory();
  const ours = await root.getDirectoryHandle(ROOT, { create: true });
  await ours.removeEntry(folderName, { recursive: true }).catch((error) => {
    if (error.name !== "NotFoundError") throw error;
  });
  await dropDraft(key);
}

/** Bytes this origin may still store, or Infinity where the browser does not say. */
export async function freeSpace() {
  const { quota, usage } = await navigator.storage.estimate();
  return quota === undefined ? Infinity : quota - usage;
}
