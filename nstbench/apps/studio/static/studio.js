// The page: what is chosen, what is being made, and what has been made.
import { drawCurve } from "./curve.js";
import { Form } from "./form.js";

const $ = (id) => document.getElementById(id);
const tries = new Map();
const form = new Form($("form"), begun);
const compared = document.querySelector(".compare");
let current = null;
// Whether somebody has chosen what to look at.
let touched = false;

await form.load();
const events = new EventSource("events");
events.onopen = () => { $("stopped").hidden = true; };
events.onerror = () => { $("stopped").hidden = false; };
events.onmessage = ({ data }) => {
  const found = JSON.parse(data);
  tries.set(found.id, found);
  showInHistory(found);
  // A page that is opened again finds what is being made, or the last that was.
  const later = current === null || (isOver(found) && isOver(tries.get(current)) && Number(found.id) > Number(current));
  if (!touched && (later || found.state === "running")) current = found.id;
  if (found.id === current) show(found);
};

function begun(found) {
  tries.set(found.id, found);
  showInHistory(found);
  choose(found.id);
}

function choose(id) {
  touched = true;
  current = id;
  $("slider").value = 0;
  compare();
  show(tries.get(id));
  for (const button of $("history").querySelectorAll("button")) mark(button);
  // On a phone the result lies below the settings and above the history.
  const { top } = $("stage").getBoundingClientRect();
  if (top < 0 || top > innerHeight / 2) $("stage").scrollIntoView();
}

function show(found) {
  const over = isOver(found);
  $("empty").hidden = true;
  $("current").hidden = false;
  setSource($("before"), `tries/${found.id}/before`);
  setSource($("after"), found.preview ? `tries/${found.id}/preview?${found.preview}` : `tries/${found.id}/before`);
  $("after").alt = over ? "The result" : "The result so far";
  $("progress").hidden = over;
  $("progress").value = found.done / found.total;
  const status = statusOf(found);
  if ($("status").textContent !== status) $("status").textContent = status;
  $("status").classList.toggle("error", found.state === "failed");
  // A screen reader is told of a new state, not of every step.
  $("status").setAttribute("aria-live", found.state === "running" && found.done > 1 ? "off" : "polite");
  $("cancel").hidden = over;
  $("download").hidden = found.state !== "done";
  $("download").href = `tries/${found.id}/picture`;
  $("command").textContent = found.command;
  drawCurve($("curve"), found.losses);
}

function isOver({ state }) {
  return ["done", "failed", "cancelled"].includes(state);
}

function statusOf(found) {
  switch (found.state) {
    case "waiting":
      return found.place === 1 ? "Waiting: one picture is before this one." : `Waiting: ${found.place} pictures are before this one.`;
    case "running":
      return found.total > 1 && found.done
        ? `Step ${found.done} of ${found.total}, ${duration(found.seconds_left)} left.`
        : "At work.";
    case "done":
      return `Done in ${duration(found.seconds)}.`;
    case "cancelled":
      return found.preview ? "Cancelled; this is how far it came." : "Cancelled.";
  }
  return `Failed: ${found.error}.`;
}

function duration(seconds) {
  if (seconds < 90) return `${seconds < 10 && seconds % 1 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  return `${Math.round(seconds / 60)} min`;
}

function showInHistory(found) {
  const list = $("history").querySelector("ol");
  $("history").querySelector("p").hidden = true;
  let button = list.querySelector(`[data-id="${found.id}"]`);
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.dataset.id = found.id;
    button.append(document.createElement("img"), document.createElement("span"));
    button.firstChild.alt = "";
    button.onclick = () => choose(found.id);
    const entry = document.createElement("li");
    entry.append(button);
    list.prepend(entry);
  }
  const size = found.size === "original" ? "own size" : `${found.size} px`;
  const more = Object.entries(found.more).map(([role, title]) => `${role.replaceAll("_", " ")} ${title}`);
  const settings = [found.method, size, ...more, ...Object.entries(found.options).map(([name, value]) => `${name} ${value}`)];
  if (found.seed) settings.push(`seed ${found.seed}`);
  const text = `${found.pictures.join(" + ")}: ${settings.join(", ")}${found.state === "done" ? "" : ` (${found.state})`}`;
  if (button.lastChild.textContent !== text) button.lastChild.textContent = text;
  setSource(button.firstChild, found.preview ? `tries/${found.id}/preview?${found.preview}` : `pictures/${found.content}`);
  mark(button);
}

function mark(button) {
  button.setAttribute("aria-current", String(button.dataset.id === current));
}

function setSource(image, source) {
  if (image.getAttribute("src") !== source) image.setAttribute("src", source);
}

function compare() {
  compared.style.setProperty("--shown", `${$("slider").value}%`);
}

$("slider").oninput = compare;
// The picture has its own shape, and at most two thirds of the window's height.
$("after").onload = ({ target }) => compared.style.setProperty("--aspect", target.naturalWidth / target.naturalHeight);
$("cancel").onclick = () => fetch(`tries/${current}/cancel`, { method: "POST" });
$("reuse").onclick = () => form.take(tries.get(current));
$("copy").onclick = async () => {
  await navigator.clipboard.writeText($("command").textContent);
  $("copy").textContent = "Copied";
  setTimeout(() => { $("copy").textContent = "Copy"; }, 1500);
};
