import { showLocalTimes } from "./shared/refresh.ts";

showLocalTimes(document);
