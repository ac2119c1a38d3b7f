// What can be chosen: two pictures, a method, and the options that its parameters have.
export class Form {
  constructor(form, begun) {
    this.form = form;
    this.wells = Object.fromEntries([...form.querySelectorAll(".well")].map((element) => [element.dataset.role, new Well(element)]));
    this.size = form.querySelector("#size");
    this.original = form.querySelector("#original");
    this.original.onchange = () => { this.size.disabled = this.original.checked; };
    this.share = showValue(form.querySelector("[name=share]"));
    // A style that has a place of its own has no share.
    this.wells.region.changed = () => { this.share.disabled = Boolean(this.wells.region.chosen); };
    this.method = form.querySelector("#method");
    this.options = form.querySelector("#options");
    this.more = form.querySelector("#more");
    this.method.onchange = () => this.showOptions();
    form.onsubmit = async (event) => {
      event.preventDefault();
      const refused = form.querySelector("#refused");
      refused.textContent = "";
      try {
        begun(await ask("tries", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(this.wish()) }));
      } catch (error) {
        refused.textContent = error.message;
      }
    };
  }

  async load() {
    const [methods, pictures] = await Promise.all([ask("methods"), ask("pictures")]);
    this.methods = new Map(methods.map((method) => [method.id, method]));
    for (const { id, title } of methods) this.method.add(new Option(title, id));
    this.method.value = "adain2017";
    this.showOptions();
    const { content, style, second } = this.wells;
    for (const well of [content, style, second]) for (const picture of pictures) well.offer(picture);
    for (const [well, first] of [[content, "chelsea"], [style, "whirling_night"]]) {
      well.choose((pictures.find(({ id }) => id === first) ?? pictures[0]).id);
    }
  }

  showOptions(values = {}) {
    const method = this.methods.get(this.method.value);
    this.wells.style.element.disabled = !method.needs_style;
    const looked = {
      second: method.mixes || method.parts,
      region: method.parts,
      style_mask: method.parts,
      start: method.options.some(({ name }) => name === "start"),
    };
    for (const [role, known] of Object.entries(looked)) {
      this.wells[role].element.hidden = this.wells[role].element.disabled = !known;
    }
    this.share.closest("label").hidden = !method.mixes;
    const [common, others] = [true, false].map((wanted) =>
      method.options
        .filter(({ common }) => common === wanted)
        .map((option) => fieldOf(option, values[option.name] ?? option.default)));
    this.options.replaceChildren(...common);
    this.more.querySelector("div").replaceChildren(...others);
    this.more.open = method.options.some(({ name, common }) => !common && name in values);
  }

  // Only what is not as the method has it by itself.
  wish() {
    const pictures = Object.fromEntries(
      Object.values(this.wells).filter(({ element }) => !element.disabled).map(({ role, chosen }) => [role, chosen]));
    const method = this.methods.get(this.method.value);
    const options = {};
    for (const { name, kind, default: usual } of method.options) {
      const field = this.form.querySelector(`[name="${name}"]`);
      const value = kind === "switch" ? field.checked : kind === "number" ? field.valueAsNumber : field.value;
      if (value !== usual && value !== "" && !Number.isNaN(value)) options[name] = value;
    }
    return {
      ...pictures,
      share: this.share.valueAsNumber,
      method: method.id,
      size: this.original.checked ? "original" : this.size.valueAsNumber,
      seed: this.form.querySelector("#seed").valueAsNumber,
      options,
    };
  }

  // The settings of a try, to be changed and tried again.
  take(found) {
    this.method.value = found.method;
    this.original.checked = this.size.disabled = found.size === "original";
    if (!this.original.checked) this.size.value = found.size;
    this.share.value = found.share;
    this.share.oninput();
    this.form.querySelector("#seed").value = found.seed;
    this.showOptions(found.options);
    for (const well of Object.values(this.wells)) {
      if (found[well.role] || well.optional) well.choose(found[well.role]);
    }
    this.form.querySelector("#parts").open = Object.keys(found.more).length > 0;
    if (this.original.checked) this.more.open = true;
    this.method.focus();
  }
}

export async function ask(address, request) {
  const response = await fetch(address, request);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

function fieldOf({ name, kind, choices, whole, least, most }, value) {
  const label = document.createElement("label");
  const words = name.replaceAll("_", " ");
  label.textContent = words[0].toUpperCase() + words.slice(1);
  const field = document.createElement(kind === "choice" ? "select" : "input");
  field.name = name;
  if (kind === "choice") {
    if (value === null) field.add(new Option("as usual", ""));
    for (const choice of choices) field.add(new Option(choice.replaceAll("_", " "), choice));
    field.value = value ?? "";
  } else if (kind === "switch") {
    field.type = "checkbox";
    field.checked = value;
  } else {
    const bounded = least !== null && most !== null && most <= 1;
    field.type = bounded ? "range" : "number";
    field.step = whole ? 1 : bounded ? 0.05 : "any";
    if (least !== null) field.min = least;
    if (most !== null) field.max = most;
    if (value === null) field.placeholder = "as usual";
    else field.value = value;
  }
  label.append(field);
  if (field.type === "range") showValue(field);
  return label;
}

// The words before a slider say its value.
function showValue(field) {
  const text = field.closest("label").firstChild;
  field.oninput = () => { text.data = `${text.data.split(":")[0]}: ${field.value}`; };
  field.oninput();
  return field;
}

// Where a picture is dropped, or chosen from those that are there.
class Well {
  constructor(element) {
    this.element = element;
    this.role = element.dataset.role;
    this.drop = element.querySelector(".drop");
    this.gallery = element.querySelector(".gallery");
    this.clear = element.querySelector(".clear");
    // One that may be left out.
    this.optional = Boolean(this.clear);
    this.chosen = null;
    this.changed = () => {};
    if (this.optional) this.clear.onclick = () => this.choose(null);
    this.error = element.querySelector(".error");
    const input = element.querySelector("input");
    input.setAttribute("aria-label", this.optional ? `A file: ${element.querySelector("legend").textContent}` : `A picture file for the ${this.role}`);
    input.onchange = () => { if (input.files[0]) this.upload(input.files[0]); input.value = ""; };
    for (const kind of ["dragenter", "dragover"]) this.drop.addEventListener(kind, (event) => { event.preventDefault(); this.drop.classList.add("over"); });
    for (const kind of ["dragleave", "drop"]) this.drop.addEventListener(kind, () => this.drop.classList.remove("over"));
    this.drop.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files[0]) this.upload(event.dataTransfer.files[0]);
    });
  }

  async upload(file) {
    this.error.textContent = "";
    const hint = this.element.querySelector(".hint");
    const before = hint.innerHTML;
    hint.textContent = `Reading ${file.name} ...`;
    try {
      const address = `pictures?name=${encodeURIComponent(file.name)}&listed=${Boolean(this.gallery)}`;
      const picture = await ask(address, { method: "POST", body: file });
      if (this.gallery) this.offer(picture, true);
      this.choose(picture.id, picture.title);
    } catch (error) {
      this.error.textContent = error instanceof TypeError ? `${file.name} could not be sent; it may be too large.` : error.message;
    }
    hint.innerHTML = before;
  }

  offer({ id, title }, first = false) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.id = id;
    button.title = title;
    const image = document.createElement("img");
    image.src = `pictures/${id}`;
    image.alt = title;
    image.loading = "lazy";
    button.append(image);
    button.onclick = () => this.choose(id);
    first ? this.gallery.prepend(button) : this.gallery.append(button);
  }

  choose(id, title = "") {
    this.chosen = id;
    this.changed();
    const image = this.drop.querySelector("img");
    if (this.optional) image.hidden = this.clear.hidden = !id;
    if (id) image.src = `pictures/${id}`;
    image.alt = title;
    if (!this.gallery) return;
    for (const button of this.gallery.children) button.setAttribute("aria-pressed", String(button.dataset.id === id));
    const button = this.gallery.querySelector('[aria-pressed="true"]');
    if (button) image.alt = button.title;
    if (button) this.gallery.scrollLeft = button.offsetLeft - this.gallery.clientWidth / 2 + button.clientWidth / 2;
  }
}
