// Brings in htmx: from the delivery network with its fingerprint checked, else our own copy.
// A preload hint only fetches, it never runs: so whichever source is chosen, one copy runs.
(() => {
  const { cdn, integrity, local } = document.currentScript.dataset;
  const away = "cdn-away"; // remembered for the tab, so that only the first page waits
  let chosen = false;

  function run(src, hash) {
    const script = document.createElement("script");
    script.src = src;
    if (hash) {
      script.integrity = hash;
      script.crossOrigin = "anonymous";
      script.onerror = () => run(local);
    }
    document.head.append(script);
  }

  function choose(reachable) {
    if (chosen) return;
    chosen = true;
    if (reachable) return run(cdn, integrity);
    try { sessionStorage.setItem(away, 1); } catch {}
    run(local);
  }

  let skip = !cdn;
  try { skip ||= sessionStorage.getItem(away); } catch {}
  if (skip) return run(local);
  const hint = Object.assign(document.createElement("link"), {
    rel: "preload", as: "script", crossOrigin: "anonymous", integrity,
    onload: () => choose(true), onerror: () => choose(false), href: cdn,
  });
  document.head.append(hint);
  setTimeout(() => { choose(false); }, 1500);
})();
