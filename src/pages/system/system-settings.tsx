import type { SettingDocument } from "../../domain/documents/system.ts";
import { RecordTable } from "../shared/record-table.tsx";
import { quoted } from "../shared/shell-words.ts";
import { changeText, fileOf, fileOfSettings, lineText, partsOfName, valueWords } from "./setting-words.ts";

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
                <Name text={name} />
              </a>
              <span class="muted">{givenText(settings, name)}</span>
            </>
          ) : (
            <Name text={name} />
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

/** A name of several words: it goes to the next line whole, and where that is too short ends it between two of them. */
function Name({ text }: { readonly text: string }) {
  return (
    <code class="name">
      {partsOfName(text).map((part, at) => (
        <>
          {at === 0 ? null : <wbr />}
          {part}
        </>
      ))}
    </code>
  );
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
      {/* Its rows stand in the whole table, too: while somebody looks for a setting, only that is shown. */}
      <div data-hidden-by="settings">
        {changed.length === 0 ? (
          <p>Each setting has its default.</p>
        ) : (
          <details>
            <summary>{changedText(changed.length)}</summary>
            <SettingTable settings={changed} />
          </details>
        )}
      </div>
      <details id="settings">
        <summary>{`All ${settings.length} settings, with their meaning`}</summary>
        <SettingTable settings={settings} isWhole={true} />
      </details>
      <Changing settings={settings} data={data} />
    </section>
  );
}

function changedText(count: number): string {
  return count === 1
    ? "The 1 setting that differs from its default"
    : `The ${count} settings that differ from their defaults`;
}

/** What is written as the example: a setting that everybody has an idea of. */
const example = { name: "serviceTitle", value: "Our maps" };

function Changing({ settings, data }: Given & { readonly data: string }) {
  const shown = settings.find(({ name }) => name === example.name);
  const file = fileOfSettings(settings);
  const named = file === undefined ? "FILE" : quoted(file);
  return (
    <details class="fold" data-follows="">
      <summary>
        <h3 id={changingId}>Changing a setting</h3>
      </summary>
      <p>
        No page changes settings: whoever runs the service does it, on its machine. First look at "Given by" in the row
        of the setting: what a flag of <code>heddle serve</code> or a variable of the environment gives now is changed
        there, and with a restart, because both count before the file. Any other is changed in three steps:
      </p>
      <ol>
        <li>
          Write it into the file of settings
          {file?.endsWith(".json") === true ? ", a member for each" : ", a line for each"}
          {shown === undefined ? null : (
            <>
              {": "}
              <code>{lineText(file, shown.name, example.value)}</code>
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
      {shown === undefined ? null : (
        <p>
          A flag or a variable gives the same as what stands in the file:{" "}
          <code>{`${shown.flag} '${example.value}'`}</code> or <code>{`${shown.variable}='${example.value}'`}</code>.
        </p>
      )}
      <p>
        What the service is called, and who runs it:{" "}
        <SettingNames
          settings={settings}
          names={["serviceTitle", "serviceDescription", "serviceProvider", "serviceLicense"]}
        />
        .
      </p>
    </details>
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
  const { name, origin, about, flag, variable } = setting;
  const words = valueWords(setting);
  return (
    <tr id={id}>
      <th scope="row" class="breaks">
        <Name text={name} />
      </th>
      <td class="breaks">
        {words === undefined ? (
          <span class="muted">{setting.inForce === undefined ? "not given" : setting.inForce}</span>
        ) : (
          <code>{words.value}</code>
        )}
        {words?.unit === undefined ? null : ` ${words.unit}`}
        {words?.larger === undefined ? null : <span class="muted nowrap"> ({words.larger})</span>}
      </td>
      <td class={fileOf(origin) === undefined ? undefined : "breaks"}>
        {fileOf(origin) === undefined ? <Name text={origin} /> : origin}
      </td>
      <td class="prose">{about}</td>
      <td class="breaks">
        <Name text={flag} />
        <br />
        <Name text={variable} />
        <br />
        <span class="muted">{changeText(setting)}</span>
      </td>
    </tr>
  );
}
