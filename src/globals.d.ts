// Modules that only the build resolves.
declare module "libsql-native-addon" {
  const path: string;
  export default path;
}
