import type { RegionGroup } from "./region-group.ts";

/** Parts of countries of Europe, first those of its German-speaking ones. */
export const partsOfEurope: readonly RegionGroup[] = [
  {
    what: "state",
    within: "Germany",
    lines: `
Baden-Württemberg 7.5 47.5 10.5 50
Bavaria=Bayern,Bavière,Baviera 8.5 47 14 51
Brandenburg 11 51 15 54
Hesse=Hessen 7.5 49 10.5 52
Lower Saxony=Niedersachsen 6.5 51 12 54
Mecklenburg-Western Pomerania=Mecklenburg-Vorpommern 10.5 53 14.5 55
North Rhine-Westphalia=Nordrhein-Westfalen,NRW 5.5 50 9.5 53
Rhineland-Palatinate=Rheinland-Pfalz 6 48.5 9 51
Saarland 6 49 7.5 50
Saxony=Sachsen 11.5 50 15.5 52
Saxony-Anhalt=Sachsen-Anhalt 10.5 50.5 13.5 53.5
Schleswig-Holstein 7.5 53 11.5 55.5
State of Berlin=Land Berlin 13 52 14 53
State of Bremen=Land Bremen 8 53 9 54
State of Hamburg=Land Hamburg 9.5 53 10.5 54
Thuringia=Thüringen 9.5 50 13 52`,
  },
  {
    what: "state",
    within: "Austria",
    lines: `
Burgenland 16 46.5 17.5 48.5
Carinthia=Kärnten 12.5 46 15.5 47.5
Lower Austria=Niederösterreich 14 47 17.5 49.5
State of Salzburg=Land Salzburg 12 46.5 14 48.5
State of Vienna=Land Wien 16 48 17 48.5
Styria=Steiermark 13.5 46.5 16.5 48
Tyrol=Tirol 10 46.5 13 48
Upper Austria=Oberösterreich 12.5 47 15 49
Vorarlberg 9.5 46.5 10.5 48`,
  },
  {
    what: "canton",
    within: "Switzerland",
    lines: `
Aargau 7.5 47 8.5 48
Basel-Landschaft=Baselland 7 47 8 48
Canton of Bern=Kanton Bern 6.5 46 8.5 47.5
Canton of Fribourg=Kanton Freiburg 6.5 46 7.5 47
Canton of Geneva=Canton de Genève 5.5 46 6.5 46.5
Canton of Jura=Canton du Jura 6.5 47 8 47.5
Canton of Lucerne=Kanton Luzern 7.5 46.5 8.5 47.5
Canton of Neuchâtel=Canton de Neuchâtel 6 46.5 7.5 47.5
Canton of Schaffhausen=Kanton Schaffhausen 8 47.5 9 48
Canton of Solothurn=Kanton Solothurn 7 47 8.5 47.5
Canton of St. Gallen=Kanton St. Gallen 8.5 46.5 10 48
Canton of Zurich=Kanton Zürich 8 47 9 48
Glarus 8.5 46.5 9.5 47.5
Graubünden=Grisons,Grigioni 8.5 46 10.5 47.5
Thurgau 8.5 47 9.5 48
Ticino=Tessin 8 45.5 9.5 47
Uri 8 46.5 9 47
Valais=Wallis 6.5 45.5 8.5 47
Vaud=Waadt 6 46 7.5 47`,
  },
  {
    what: "region",
    within: "France",
    lines: `
Alsace=Elsass 6.5 47 8.5 49.5
Auvergne-Rhône-Alpes 2 44 7.5 47
Brittany=Bretagne -5.5 47 -0.5 49
Burgundy=Bourgogne,Burgund 2.5 46 5.5 48.5
Île-de-France 1 48 4 49.5
Normandy=Normandie -2 48 2 50.5
Nouvelle-Aquitaine=Aquitaine -2 42.5 3 47.5
Occitania=Occitanie -0.5 42 5 45.5
Provence=Provence-Alpes-Côte d'Azur 4 42.5 8 45.5`,
  },
  {
    what: "region",
    within: "Italy",
    lines: `
Apulia=Apulien,Puglia 14.5 39.5 19 42.5
Calabria=Kalabrien 15.5 37.5 17.5 40.5
Campania=Kampanien 13.5 39.5 16 41.5
Emilia-Romagna 9 43.5 13 45.5
Liguria=Ligurien 7 43.5 10.5 45
Lombardy=Lombardei,Lombardia 8 44.5 11.5 47
Piedmont=Piemont,Piemonte 6.5 44 9.5 46.5
South Tyrol=Südtirol,Alto Adige 10 46 12.5 47.5
Tuscany=Toskana,Toscana 9.5 42 12.5 44.5
Veneto=Venetien 10.5 44.5 13.5 47`,
  },
  {
    what: "region",
    within: "Spain",
    lines: `
Andalusia=Andalusien,Andalucía -8 35.5 -1.5 39
Aragon=Aragón,Aragonien -2.5 39.5 1 43
the Basque Country=Baskenland,País Vasco,Euskadi -3.5 42 -1.5 43.5
Catalonia=Katalonien,Catalunya,Cataluña 0 40.5 3.5 43
Galicia=Galicien -9.5 41.5 -6.5 44`,
  },
  {
    what: "part",
    within: "United Kingdom",
    lines: `
England -6.5 49.5 2 56
Northern Ireland=Nordirland -8.5 54 -5 55.5
Scotland=Schottland,Écosse -9 54.5 -0.5 61
Wales -6 51 -2.5 53.5`,
  },
  {
    what: "part",
    within: "Belgium",
    lines: `
Flanders=Flandern,Vlaanderen,Flandre 2.5 50.5 6 51.5
Wallonia=Wallonien,Wallonie 2.5 49 6.5 51`,
  },
];
