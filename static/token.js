// Hands one document to the signing program on this computer (VGCA Sign Service) and says how it
// goes. The program answers after minutes: a person chooses the place and types the PIN there.
const part = document.querySelector("[data-plugin]");
const WAIT = 15 * 60 * 1000;

function say(name, message) {
  part.querySelectorAll("[data-say]").forEach((line) => { line.hidden = line.dataset.say !== name; });
  if (message) part.querySelector("[data-message]").textContent = message;
}

function call({ plugin, parameters }) {
  let opened = false, answered = false;
  const socket = new WebSocket(plugin);
  const late = setTimeout(() => finish("late"), WAIT);
  function finish(name, message) {
    if (answered) return;
    answered = true;
    clearTimeout(late);
    say(name, message);
    socket.close();
  }
  say("calling");
  socket.onopen = () => { opened = true; say("open"); socket.send(parameters); };
  socket.onclose = () => finish(opened ? "closed" : "absent");
  socket.onmessage = ({ data }) => {
    let answer = {};
    try { answer = JSON.parse(data); } catch { return finish("refused", String(data).slice(0, 200)); }
    if (Number(answer.Status) !== 0) return finish("refused", answer.Message || "?");
    finish("done");
    document.querySelectorAll("[data-poll]").forEach((status) => htmx.trigger(status, "resume"));
  };
}

if (part) {
  try { call(part.dataset); } catch { say("absent"); }
}
