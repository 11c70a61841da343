import type { SettingDocument } from "../domain/documents/system.ts";
import { RecordTable } from "./record-table.tsx";
import { quoted } from "./shell-words.ts";
import { sizeText } from "./words.ts";

type Given = { readonly settings: readonly SettingDocument[] };

type Named = Given & { readonly names: readonly string[] };

/** The way from a figure to the settings that it follows from, where the service has them. */
export function SettingLinks({ settings, names }: Named) {
  const known = names.filter((name) => settings.some((setting) => setting.name === name));
  if (known.length === 0) return null;
  return (
    <>
      {known.length === 1 ? " · setting " : " · settings "}
      <SettingNames settings={settings} names={known} />
    </>
  );
}

/** Names settings, each with the way to its row where the page has one. */
export function SettingNames({ settings, names }: Named) {
  return (
    <>
      {names.map((name, at) => (
        <>
          {at === 0 ? "" : ", "}
          {settings.some((setting) => setting.name === name) ? (
            <>
              <a href={`#${settingId(name)}`}>
                <code>{name}</code>
              </a>
              <span class="muted">{givenText(settings, name)}</span>
            </>
          ) : (
            <code>{name}</code>
          )}
        </>
      ))}
    </>
  );
}

/** Says in a word or two what gave a setting; its row says it whole. */
function givenText(settings: readonly SettingDocument[], name: string): string {
  const origin = settings.find((setting) => setting.name === name)?.origin ?? "default";
  return ` (${fileOf(origin) === undefined ? origin : "set in the file"})`;
}

/** Returns the file of settings that gave one; undefined for a flag, a variable or a default. */
function fileOf(origin: string): string | undefined {
  return /^\w+ in "(.+)"$/s.exec(origin)?.[1];
}

/** Names the row of a setting on the page of the system. */
export function settingId(name: string): string {
  return `setting-${name}`;
}

/** Returns the address of the row of a setting on the page of the system. */
export function settingUrl(baseUrl: string, name: string): string {
  return `${systemUrl(baseUrl)}#${settingId(name)}`;
}

/** Returns the address of what the page of the system says of how a setting is changed. */
export function changingUrl(baseUrl: string): string {
  return `${systemUrl(baseUrl)}#${changingId}`;
}

const changingId = "changing-a-setting";

function systemUrl(baseUrl: string): string {
  return `${baseUrl}/_/system?f=html`;
}

/** The settings that differ from their defaults, how one is changed, and all of them, folded up. */
export function Settings({ settings, data }: Given & { readonly data: string }) {
  const changed = settings.filter(({ origin }) => origin !== "default");
  return (
    <section>
      <h2 id="all-settings">Settings</h2>
      {/* A script shows it and finds among the rows; without one, the search of the browser does. */}
      <label class="field" data-finds="settings" hidden={true}>
        <span>Find a setting</span>
        <input type="search" autocomplete="off" placeholder="title, disk, --keep-hours" />
        <small class="muted" role="status" />
      </label>
      {changed.length === 0 ? <p>Each setting has its default.</p> : <SettingTable settings={changed} />}
      <details id="settings">
        <summary>{`All ${settings.length} settings, with their meaning`}</summary>
        <SettingTable settings={settings} isWhole={true} />
      </details>
      <Changing settings={settings} data={data} />
    </section>
  );
}

/** What is written as the example: a setting that everybody has an idea of. */
const example = { name: "serviceTitle", value: "Our maps" };

function Changing({ settings, data }: Given & { readonly data: string }) {
  const shown = settings.find(({ name }) => name === example.name);
  const file = settings.map(({ origin }) => fileOf(origin)).find((one) => one !== undefined);
  const named = file === undefined ? "FILE" : quoted(file);
  return (
    <>
      <h3 id={changingId}>Changing a setting</h3>
      <p>No page changes settings: whoever runs the service does it, on its machine, in three steps.</p>
      <ol>
        <li>
          Write it into the file of settings, a line for each
          {shown === undefined ? null : (
            <>
              {": "}
              <code>{`${shown.name}: ${example.value}`}</code>
            </>
          )}
          {file === undefined ? (
            <>
              . No setting comes from a file now: <code>heddle config sample</code> prints one, with each setting and
              its meaning, and <code>heddle serve --config FILE</code> reads it.
            </>
          ) : (
            <>
              . The file is <code>{file}</code>.
            </>
          )}
        </li>
        <li>
          <code>{`heddle config check --config ${named}`}</code> says what is wrong.
        </li>
        <li>
          <code>{`heddle reload --data ${quoted(data)}`}</code> lets the running service take in those whose row says
          "reload", and names the others: for these, restart the service.
        </li>
      </ol>
      <p>
        A flag of <code>heddle serve</code> or a variable does the same, and counts before the file
        {shown === undefined ? null : (
          <>
            {": "}
            <code>{`${shown.flag} '${example.value}'`}</code> or <code>{`${shown.variable}='${example.value}'`}</code>
          </>
        )}
        . "Given by" says which of them gave a value.
      </p>
      <p>
        What the service is called, and who runs it:{" "}
        <SettingNames
          settings={settings}
          names={["serviceTitle", "serviceDescription", "serviceProvider", "serviceLicense"]}
        />
        .
      </p>
    </>
  );
}

/** Figures of the page lead to the rows of the whole table. */
function SettingTable({ settings, isWhole = false }: Given & { readonly isWhole?: boolean }) {
  return (
    <RecordTable label={isWhole ? "All settings" : "Settings"}>
      <table>
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">Value</th>
            <th scope="col">Given by</th>
            <th scope="col">Meaning</th>
            <th scope="col">Changed by</th>
          </tr>
        </thead>
        <tbody>
          {settings.map((setting) => (
            <Row setting={setting} id={isWhole ? settingId(setting.name) : undefined} />
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

function Row({ setting, id }: { readonly setting: SettingDocument; readonly id: string | undefined }) {
  const { name, value, origin, about, flag, variable, takenInBy } = setting;
  const size = sizeOf(setting);
  return (
    <tr id={id}>
      <th scope="row" class="breaks">
        <code>{name}</code>
      </th>
      <td class="breaks">
        {value === undefined ? <span class="muted">none</span> : <code>{valueText(value)}</code>}
        {size === undefined ? null : <span class="muted"> ({size})</span>}
      </td>
      <td class={fileOf(origin) === undefined ? "nowrap" : "breaks"}>{origin}</td>
      <td class="prose">{about}</td>
      <td class="breaks">
        <code>{flag}</code> <code>{variable}</code>
        <br />
        <span class="muted">{takenInBy === "reload" ? "taken in by a reload" : "needs a restart"}</span>
      </td>
    </tr>
  );
}

/** Words a size that is set as a number of bytes; its name says that it is one. */
function sizeOf({ name, value }: SettingDocument): string | undefined {
  return typeof value === "number" && value >= 1000 && /bytes$/i.test(name) ? sizeText(value) : undefined;
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
