// The loss over the steps, on a logarithmic scale.
export function drawCurve(figure, losses) {
  figure.hidden = losses.length < 2;
  if (figure.hidden) return;
  const values = losses.map(([, loss]) => Math.log(Math.max(loss, Number.MIN_VALUE)));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [first, last] = [losses[0], losses.at(-1)];
  const points = losses.map(([step], index) => {
    const x = (600 * (step - first[0])) / Math.max(1, last[0] - first[0]);
    const y = 115 - (110 * (values[index] - low)) / (high - low || 1);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  figure.querySelector("polyline").setAttribute("points", points.join(" "));
  const texts = [first, last].map(([step, loss]) => `${loss.toPrecision(3)} at step ${step}`);
  figure.querySelector("#first-loss").textContent = texts[0];
  figure.querySelector("#last-loss").textContent = texts[1];
  figure.querySelector("svg").setAttribute("aria-label", `The loss falls from ${texts[0]} to ${texts[1]}`);
}
