import type { SettingDocument } from "../domain/documents/system.ts";
import { RecordTable } from "./record-table.tsx";
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
            <a href={`#${settingId(name)}`}>
              <code>{name}</code>
            </a>
          ) : (
            <code>{name}</code>
          )}
        </>
      ))}
    </>
  );
}

/** Names the row of a setting on the page of the system. */
export function settingId(name: string): string {
  return `setting-${name}`;
}

/** The settings that differ from their defaults, how one is changed, and all of them, folded up. */
export function Settings({ settings }: Given) {
  const changed = settings.filter(({ origin }) => origin !== "default");
  return (
    <section>
      <h2>Settings</h2>
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
      <Changing settings={settings} />
    </section>
  );
}

function Changing({ settings }: Given) {
  const [first] = settings;
  return (
    <>
      <h3 id="changing-a-setting">Changing a setting</h3>
      <p>
        Whoever runs the service does it, on its machine; no page changes settings. Each has three places, and the first
        that has it counts: its flag of <code>heddle serve</code>, its variable, and its name in the file that{" "}
        <code>heddle serve --config FILE</code> reads. <code>heddle config sample</code> prints such a file, with each
        setting and its meaning.
      </p>
      {first === undefined ? null : (
        <p>
          {"So "}
          <code>{first.name}: VALUE</code> in the file is <code>{`${first.flag} VALUE`}</code> or{" "}
          <code>{`${first.variable}=VALUE`}</code>.
        </p>
      )}
      <p>
        After that, <code>heddle reload</code> lets the service take in those of the file whose row says "reload", and
        names the others; these need a restart of the service. <code>heddle config check --config FILE</code> says
        before that what is wrong.
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
      <th scope="row">
        <code>{name}</code>
      </th>
      <td>
        {value === undefined ? <span class="muted">none</span> : <code>{valueText(value)}</code>}
        {size === undefined ? null : <span class="muted"> ({size})</span>}
      </td>
      <td>{origin}</td>
      <td>{about}</td>
      <td>
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
