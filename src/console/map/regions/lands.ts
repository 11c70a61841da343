import type { RegionGroup } from "./region-group.ts";

/** Continents, their usual parts, and what else of the land has a name but no border. */
export const lands: readonly RegionGroup[] = [
  {
    what: "continent",
    lines: `
Africa=Afrika,Afrique -26 -35 58 37.5
the Americas=America,Amerika,Amérique -170 -56 -11 84
Asia=Asien,Asie 25.5 -11.5 -169 82
Eurasia=Eurasien -10 -11.5 -169 82
Europe=Europa -25 34 69.5 72
North America=Nordamerika,Amérique du Nord -170 7 -11 84
Oceania=Ozeanien,Océanie 112.5 -53 -124 29
South America=Südamerika,Amérique du Sud -82 -56 -34.5 13`,
  },
  {
    what: "region",
    lines: `
Anatolia=Anatolien,Asia Minor 25.5 35.5 45 42.5
the Arabian Peninsula=Arabia,Arabische Halbinsel 34 12 60 32.5
the Arctic=Arktis -180 66.5 180 90
Baja California -117.5 22.5 -109 33
the Balkans=Balkan,Balkan Peninsula 13 36 29.5 47
the Baltic states=Baltikum,Pays baltes 20.5 53.5 28.5 60
Benelux=Low Countries 2.5 49 7.5 54
Bohemia=Böhmen 12 48.5 17 51.5
the British Isles=Britische Inseln -11 49 2 61
the Caribbean=Karibik,Caraïbes,Caribe,West Indies -85 10 -59 27.5
Central Africa=Middle Africa,Zentralafrika 5 -18.5 31.5 23.5
Central America=Mittelamerika,Zentralamerika,Amérique centrale -92.5 7 -77 18.5
Central Asia=Zentralasien 46 35 87.5 55.5
Central Europe=Mitteleuropa,Europe centrale 5.5 45 24.5 55.5
Chukotka=Tschukotka 157.5 61.5 -169 72
Crimea=Krim 32 44 37 46.5
Dalmatia=Dalmatien 14.5 42 19 44.5
East Asia=Eastern Asia,Ostasien 73 18 146 54
Eastern Africa=East Africa,Ostafrika 21.5 -27 58 18.5
Eastern Europe=Osteuropa 12 41 69.5 72
Fennoscandia=Fennoskandinavien 4 55 42 71.5
the Great Plains -115 29.5 -94.5 54.5
the Guianas -61.5 1 -51.5 9
the Horn of Africa=Horn von Afrika 32.5 -2 51.5 18.5
the Iberian Peninsula=Iberia,Iberische Halbinsel,Península Ibérica -10 35.5 3.5 44
the Indian subcontinent=Indischer Subkontinent 60.5 5.5 97.5 37.5
Indochina=Indochinese Peninsula 92 1 109.5 28.5
Istria=Istrien 13 44.5 14.5 46
Jutland=Jütland,Jylland 8 54 11 58
Kamchatka=Kamtschatka 155 50.5 164 62.5
Karelia=Karelien 28.5 60.5 38 67
Kashmir=Jammu and Kashmir,Kaschmir 72.5 32 81 37.5
the Kola Peninsula 28 66 41.5 70
the Korean Peninsula=Koreanische Halbinsel 124 33 131 43.5
Labrador -68 51.5 -55.5 60.5
Lapland=Lappland,Sápmi 11 63.5 41.5 71.5
Latin America=Lateinamerika,Amérique latine -118.5 -56 -34.5 33
the Levant=Levante 32 29 42.5 37.5
the Maghreb=Maghrib -17.5 14.5 25.5 37.5
the Malay Peninsula=Malaiische Halbinsel 98 1 104.5 12
Melanesia=Melanesien 130 -23 -178 0.5
Mesopotamia=Mesopotamien 38 29.5 49 38
the Middle East=Near East,Naher Osten,Mittlerer Osten,Moyen-Orient 24.5 12 63.5 42.5
the Midwest=Midwestern United States -104.5 35.5 -80.5 49.5
Moravia=Mähren 15 48.5 19 50.5
New England=Neuengland -74 40.5 -66.5 47.5
the Nordic countries=Norden -25 54.5 32 71.5
Northern Africa=North Africa,Nordafrika -17.5 8.5 39 37.5
Northern Europe=Nordeuropa -25 49 32 71.5
the Northern Hemisphere=Nordhalbkugel -180 0 180 90
the Pacific Northwest -125 41.5 -111 49.5
the Pampas=Pampa -66 -40 -56 -30
Patagonia=Patagonien -76 -56 -62 -36
the Peloponnese=Peloponnes 21 36 24 38.5
the Ruhr=Ruhrgebiet,Ruhr area 6 51 8.5 52
the Russian Far East=Ferner Osten 105 42 -169 77.5
Scandinavia=Skandinavien,Scandinavie 4 54.5 31.5 71.5
Siberia=Sibirien,Sibérie 59.5 49 -169 81.5
Silesia=Schlesien 14.5 49.5 19.5 52
the Sinai=Sinai Peninsula 32 27.5 35 31.5
South Asia=Southern Asia,Südasien 60 -1 97.5 39
Southeast Asia=South-Eastern Asia,Südostasien 92 -11.5 141.5 28.5
Southern Africa=Südliches Afrika 11.5 -35 33 -16.5
the Southern Cone -76 -56 -53 -17.5
Southern Europe=Südeuropa -10 34.5 30 47.5
the Southern Hemisphere=Südhalbkugel -180 -90 180 0
Sub-Saharan Africa=Subsahara-Afrika -25.5 -35 58 27.5
Tierra del Fuego=Feuerland -75 -56 -63.5 -52
Transylvania=Siebenbürgen 22 45 26.5 48
the Tropics=Tropen -180 -23.5 180 23.5
Western Africa=West Africa,Westafrika -25.5 4 16 27.5
Western Europe=Westeuropa -5.5 41 17.5 55.5
the World=Earth,Globe,Welt,Monde -180 -90 180 90
the Yucatán Peninsula -92.5 17.5 -86.5 22`,
  },
  {
    what: "mountains",
    lines: `
the Adirondacks -75.5 43 -73 45
the Alps=Alpen,Alpes,Alpi 5 43.5 17 48.5
the Altai Mountains=Altai 81 44 99.5 53
the Andes=Anden -82 -56 -62 11.5
the Apennines=Apennin,Appennini 7.5 37.5 17 45
the Appalachians=Appalachian Mountains,Appalachen -88 32.5 -64 49.5
the Atlas Mountains=Atlas,Atlasgebirge -10.5 28.5 11.5 37.5
the Black Forest=Schwarzwald,Forêt-Noire 7.5 47.5 9 49
the Brooks Range -164.5 66.5 -138.5 70
the Cantabrian Mountains -7.5 42.5 -2 43.5
the Carpathians=Carpathian Mountains,Karpaten,Karpaty,Carpați 16.5 44 27.5 50.5
the Cascade Range=Cascades -123.5 39.5 -119.5 50.5
the Caucasus=Kaukasus,Caucase 36.5 38.5 50.5 45.5
the Cordillera Blanca -78.5 -10.5 -76.5 -8
the Dinaric Alps=Dinarides 13.5 41.5 21.5 46.5
the Dolomites=Dolomiten,Dolomiti 10.5 45.5 13 47
the Drakensberg 26.5 -32 31.5 -24
the Eastern Ghats 77 11 86.5 22
the Eifel 6 50 7.5 51
the Ethiopian Highlands 34.5 4.5 43.5 16.5
the Great Dividing Range 141.5 -39 154 -10.5
the Harz 10 51 12 52
the Himalayas=Himalaya 72.5 26 97.5 37
the Hindu Kush=Hindukusch 65.5 33.5 74.5 37.5
the Hoggar=Ahaggar 3 21 8 25.5
the Jura Mountains=Jura,Juragebirge 5 45.5 9 48
the Karakoram=Karakorum 73 34 79.5 37.5
the Kunlun Mountains=Kunlun 75 33.5 104.5 39.5
the Massif Central=Zentralmassiv 1 43 5 47
the Ore Mountains=Erzgebirge,Erz Mountains 12 50 14.5 51
the Ozarks -95.5 35 -90 38.5
the Pamirs=Pamir,Pamir Mountains 69 36.5 76 40
the Pyrenees=Pyrenäen,Pyrénées,Pirineos -2.5 41.5 3.5 43.5
the Rhodopes=Rhodopen 23 40.5 27 42.5
the Rocky Mountains=Rockies -128 35 -103.5 60
the Scandinavian Mountains=Scandes,Skanden 5 58 26 70.5
the Sierra Madre Occidental -109.5 20 -102 31.5
the Sierra Nevada, Spain -4 36.5 -2.5 37.5
the Sierra Nevada, United States -122 35 -117.5 40.5
the Southern Alps, New Zealand 166.5 -46.5 173 -41.5
the Sudetes=Sudeten,Sudety 14 49.5 18 51.5
the Tatra Mountains=Tatra,Tatry 19 48.5 20.5 49.5
the Taurus Mountains=Taurus 29 36 40 39
the Tian Shan=Tien Shan,Tianshan 68.5 39 96 46
the Tibesti Mountains=Tibesti 15 19 20 23.5
the Tibetan Plateau=Hochland von Tibet 73.5 26 104.5 40
the Ural Mountains=Ural,Urals,Uralgebirge 53 50 68 69
the Vosges=Vogesen 6.5 47.5 8 49
the Western Ghats=Sahyadri 72.5 8 78 21.5
the Zagros Mountains=Zagros 43.5 26.5 57.5 38`,
  },
  {
    what: "desert or dry land",
    lines: `
the Atacama Desert=Atacama -71.5 -30 -67 -18
the Chihuahuan Desert -109.5 22 -100 34.5
the Gobi=Gobi Desert,Wüste Gobi 90 37 118 47.5
the Great Basin -121.5 34 -111 44
the Great Sandy Desert 119 -24.5 129 -17.5
the Great Victoria Desert 118.5 -31.5 136 -25
the Kalahari=Kalahari Desert 17 -29 27.5 -17.5
the Karakum Desert=Karakum 52.5 36 66 43
the Kyzylkum Desert=Kyzylkum 58.5 39 69 46
the Mojave Desert -119 33.5 -113 38
the Namib=Namib Desert 11.5 -32 17 -14
the Negev 34 29 36 31.5
the Rub' al Khali=Empty Quarter 44 15.5 57 23.5
the Sahara=Sahara Desert -17.5 14.5 39 35
the Sahel=Sahelzone -18 10 40 20
the Sonoran Desert -117 22.5 -108 35.5
the Syrian Desert 35.5 29 44.5 36
the Taklamakan=Taklamakan Desert,Taklimakan 76 36 91 42
the Thar Desert=Great Indian Desert 68 23.5 76 30.5`,
  },
  {
    what: "basin, plain or delta",
    lines: `
the Amazon basin=Amazon,Amazonia,Amazonasbecken,Amazon rainforest -80 -21 -48 6
the Camargue 4 43 5 44
the Congo basin=Kongobecken 11 -14 34.5 9.5
the Danube basin=Danube,Donaubecken 8 42 30 50.5
the Danube delta=Donaudelta 28.5 44.5 30 45.5
the Everglades -82 25 -80 27
the Ganges delta=Bengal delta,Gangesdelta 87.5 21 92 25
the Indo-Gangetic Plain 67 21.5 93 34
the Indus basin 66 23.5 82.5 37.5
the Irrawaddy delta=Ayeyarwady delta 94 15.5 97 18
the La Plata basin -67.5 -38 -43.5 -13.5
the Lake Chad basin 6.5 5 24.5 25
the Lena delta=Lenadelta 122.5 71.5 130 74
the Mekong basin 93.5 8.5 109 34
the Mekong delta=Mekongdelta 104.5 8.5 107 11
the Mississippi basin -114 28.5 -77.5 50
the Mississippi delta -91.5 28.5 -88.5 30.5
the Murray-Darling basin 138 -38 153 -24
the Niger basin -12 4 16 24
the Niger delta 4.5 4 8 6.5
the Nile basin=Nile 22.5 -4.5 40 32
the Nile delta=Nildelta 29.5 30 33 32
the Okavango delta 21.5 -20.5 24 -18
the Orinoco basin -75.5 1.5 -59.5 11
the Pannonian Basin=Carpathian Basin 15 44.5 25 49
the Pantanal -59.5 -22.5 -54.5 -15.5
the Pearl River delta 112 21.5 115 24
the Po Valley=Po Plain,Po-Ebene,Pianura Padana 7 44 13 46.5
the Rhine basin=Rhine 3.5 46 12.5 52.5
the Sudd 28.5 5.5 32 10
the Sundarbans 88 21 91 23
the Tarim Basin 74.5 35.5 91.5 43
the Volga delta 46.5 45 50 47
the Yangtze basin=Yangtze 90 24 122.5 36
the Yangtze delta 118 29 123 34
the Yellow River basin=Yellow River 95.5 32 119.5 42
the Zambezi basin 18 -21 37 -8.5`,
  },
];
