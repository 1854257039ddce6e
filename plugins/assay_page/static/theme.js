// Light or dark as Airflow shows itself: its page around this one, else what it has stored, else the browser's own setting.
"use strict";
(() => {
  const root = document.documentElement;
  const around = () => {
    try {
      const page = window.parent !== window && window.parent.document.documentElement;
      return page && (page.classList.contains("dark") ? "dark" : page.classList.contains("light") ? "light" : "");
    } catch { return ""; }  // a page of another origin
  };
  const stored = () => {
    try { return window.localStorage.getItem("theme"); } catch { return ""; }  // storage may be switched off
  };
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const wanted = [around(), stored()].find((theme) => theme === "dark" || theme === "light");
    root.dataset.theme = wanted || (dark.matches ? "dark" : "light");
    window.dispatchEvent(new Event("assay-theme"));
  };
  apply();
  dark.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  try {
    if (window.parent !== window) {
      new MutationObserver(apply).observe(window.parent.document.documentElement, { attributeFilter: ["class"] });
    }
  } catch { /* a page of another origin */ }
})();
