import type { RegionGroup } from "./region-group.ts";

/** Oceans, seas, gulfs and straits, lakes, and islands that are no countries. */
export const waters: readonly RegionGroup[] = [
  {
    what: "ocean",
    lines: `
the Arctic Ocean=Arktischer Ozean,Nordpolarmeer -180 65.5 180 90
the Atlantic Ocean=Atlantic,Atlantik,Océan Atlantique -98 -60 20.5 66
the Indian Ocean=Indischer Ozean 20 -60 147 30.5
the Pacific Ocean=Pacific,Pazifik,Océan Pacifique 120 -60 -67 66.5
the Southern Ocean=Antarctic Ocean,Südlicher Ozean -180 -86 180 -60`,
  },
  {
    what: "sea, gulf or strait",
    lines: `
the Adriatic Sea=Adriatic,Adria,Mare Adriatico 12 39.5 20.5 46
the Aegean Sea=Aegean,Ägäis 22.5 35 28.5 41
the Andaman Sea 92 4.5 99 17.5
the Arabian Sea=Arabisches Meer 51 0 78 26
the Aral Sea=Aralsee 58 43 62 47
the Baltic Sea=Ostsee,Mer Baltique,Östersjön,Itämeri 9 53.5 30.5 66
the Barents Sea=Barentssee 16 67.5 69 81.5
Bass Strait 143.5 -41.5 149 -38
the Bay of Bengal=Golf von Bengalen 79.5 5 95.5 23
the Bay of Biscay=Biscaya,Biskaya,Golfe de Gascogne -10 43 -1 48.5
the Bay of Fundy -67.5 44 -63 46.5
the Beaufort Sea -157 68.5 -122 76.5
the Bering Sea=Beringmeer 162 51 -157 66.5
the Bering Strait=Beringstraße -171 65 -167 67
the Black Sea=Schwarzes Meer,Mer Noire,Karadeniz 27 40.5 42 47
the Bohai Sea 117.5 37 122.5 41
the Bosporus=Bosphorus 28.5 41 29.5 41.5
the Caribbean Sea=Karibisches Meer -89.5 7.5 -59.5 22.5
the Caspian Sea=Kaspisches Meer,Mer Caspienne 46.5 36.5 55 47.5
the Celtic Sea=Keltische See -12 47.5 -3 53
the Chukchi Sea=Tschuktschensee 178 65.5 -156 73
the Coral Sea=Korallenmeer 142 -30 170 -6.5
the Davis Strait -67 60 -45 70
the East China Sea=Ostchinesisches Meer 117 22 131.5 34
the East Siberian Sea=Ostsibirische See 139 68.5 180 77.5
the English Channel=Ärmelkanal,La Manche -6 48 2.5 51.5
the Great Australian Bight 118 -37 136.5 -31
the Great Barrier Reef=Großes Barriereriff 142 -25 154 -10
the Gulf of Aden=Golf von Aden 43 10 51.5 15.5
the Gulf of Alaska=Golf von Alaska -164 52 -130 61.5
the Gulf of Bothnia=Bottnischer Meerbusen 17 59.5 26 66
the Gulf of California=Sea of Cortez -115.5 22.5 -105.5 32.5
the Gulf of Carpentaria 135 -18 142.5 -10.5
the Gulf of Finland=Finnischer Meerbusen 22.5 59 30.5 61
the Gulf of Guinea=Golf von Guinea -8 -1 10 6.5
the Gulf of Mexico=Gulf of America,Golf von Mexiko,Golfe du Mexique -98.5 18 -80 31
the Gulf of Oman=Golf von Oman 56 22 62 27
the Gulf of Riga 21.5 57 25 59
the Gulf of St. Lawrence -66.5 45.5 -55.5 52
the Gulf of Thailand=Golf von Thailand 99 6 105.5 14
the Gulf of Tonkin=Golf von Tonkin 105.5 17 110.5 22
Hudson Bay=Hudsonbai -95.5 51 -76 65
the Ionian Sea=Ionisches Meer 15 36 23 40.5
the Irish Sea=Irische See -7 51.5 -2.5 55.5
the Java Sea=Javasee 105 -8 119.5 -2.5
the Kara Sea=Karasee 53 66 105 81.5
the Kattegat 9.5 55.5 13 58
the Labrador Sea=Labradorsee -66 47.5 -43 61
the Laptev Sea=Laptewsee 95.5 70.5 140 81.5
the Ligurian Sea=Ligurisches Meer 7 42.5 10.5 44.5
the Mediterranean Sea=Mediterranean,Mittelmeer,Mer Méditerranée,Mar Mediterraneo -6 30 36.5 46
the Mozambique Channel=Straße von Mosambik 32.5 -27 49.5 -10.5
the North Sea=Nordsee,Mer du Nord,Noordzee -4.5 50.5 9.5 62
the Norwegian Sea=Europäisches Nordmeer -14 61 20 76.5
the Panama Canal -80 8.5 -79 9.5
the Persian Gulf=Arabian Gulf,Persischer Golf 47.5 23.5 56.5 30.5
the Philippine Sea 121 0 148 36
the Red Sea=Rotes Meer,Mer Rouge 32 12 43.5 30
the Ross Sea=Rossmeer 158 -86 -145 -71
the Sargasso Sea=Sargassosee -70 20 -40 35
the Sea of Azov=Asowsches Meer 34.5 45 39.5 47.5
the Sea of Japan=East Sea,Japanisches Meer 127 33.5 142.5 52
the Sea of Marmara=Marmarameer 26.5 40 30 41.5
the Sea of Okhotsk=Ochotskisches Meer 135 43.5 165 62.5
the Skagerrak 7 57 11.5 59.5
the South China Sea=Südchinesisches Meer 102 -3.5 122.5 26
the Strait of Gibraltar=Straße von Gibraltar -6.5 35.5 -5 36.5
the Strait of Hormuz=Straße von Hormus 55 25.5 57.5 27.5
the Strait of Malacca=Malacca Strait,Straße von Malakka 95 0.5 104 6.5
the Suez Canal=Sueskanal 32 29.5 33 31.5
the Sulu Sea 116.5 5 123 12.5
the Tasman Sea=Tasmansee 147 -50.5 175 -29.5
the Timor Sea 122 -15.5 133.5 -8
the Tyrrhenian Sea=Tyrrhenisches Meer 9 37.5 16.5 43.5
the Wadden Sea=Wattenmeer 4.5 52.5 9.5 56
the Weddell Sea=Weddellmeer -65 -83.5 -10 -60
the White Sea=Weißes Meer 32 63.5 45 69
the Yellow Sea=Gelbes Meer 119 31.5 127 40`,
  },
  {
    what: "lake",
    lines: `
the Dead Sea=Totes Meer 35 31 36 32
the Great Lakes=Große Seen -92.5 41 -75.5 49.5
the Great Salt Lake=Großer Salzsee -113.5 40.5 -111.5 42
Issyk-Kul 76 42 78.5 43
Lake Albert=Albertsee 30 1 31.5 2.5
Lake Baikal=Baikal,Baikalsee 103.5 51 110 56
Lake Balaton=Balaton,Plattensee 17 46.5 18.5 47.5
Lake Balkhash=Balchaschsee 73 44.5 79.5 47
Lake Chad=Tschadsee,Lac Tchad 13 12 15.5 14.5
Lake Constance=Bodensee,Lac de Constance 8.5 47 10 48
Lake Erie=Eriesee -83.5 41 -78.5 43
Lake Eyre=Kati Thanda 136.5 -29.5 138 -27.5
Lake Garda=Gardasee,Lago di Garda 10.5 45 11 46
Lake Geneva=Genfersee,Lac Léman,Léman 6 46 7 47
Lake Huron=Huronsee -85 43 -79.5 46.5
Lake Ladoga=Ladogasee 29.5 59.5 33 62
Lake Malawi=Lake Nyasa,Malawisee 33.5 -14.5 35.5 -9
Lake Maracaibo -72.5 9 -70.5 11.5
Lake Michigan=Michigansee -88.5 41.5 -84.5 46.5
Lake Neusiedl=Neusiedler See,Neusiedlersee 16.5 47.5 17 48
Lake Nicaragua -86.5 10.5 -84.5 12.5
Lake Onega=Onegasee 34 60.5 36.5 63
Lake Ontario=Ontariosee -80 43 -75.5 44.5
Lake Peipus=Peipussee 26.5 57.5 28.5 59.5
Lake Superior=Oberer See -92.5 46 -84 49.5
Lake Tahoe -120.5 38.5 -119.5 39.5
Lake Tana 36.5 11.5 38 12.5
Lake Tanganyika=Tanganjikasee 29 -9 31.5 -3
Lake Titicaca=Titicacasee,Lago Titicaca -70.5 -17 -68.5 -15
Lake Turkana=Turkanasee 35.5 2 37 5
Lake Urmia=Urmiasee 44.5 37 46 38.5
Lake Van=Vansee 41.5 38 44 39.5
Lake Vänern=Vänern 12 58 14.5 59.5
Lake Victoria=Victoria,Viktoriasee,Lac Victoria 31.5 -3.5 35 1
Lake Volta=Voltasee -2 6 1 9.5
Lake Winnipeg=Winnipegsee -99.5 50 -96 54
Qinghai Lake 99.5 36 101 37.5
Tonlé Sap=Tonle Sap Lake 103.5 12 105 13.5`,
  },
  {
    what: "island or islands",
    lines: `
the Aleutian Islands=Aleutians,Aleuten 172 51 -162.5 55.5
the Azores=Azoren,Açores -31.5 36.5 -25 40
Baffin Island=Baffin-Insel -90.5 61.5 -61 74
the Balearic Islands=Balearen,Islas Baleares 1 38.5 4.5 40.5
Bali 114 -9 116 -8
Borneo=Kalimantan 108.5 -4.5 119.5 7.5
the Canary Islands=Canaries,Kanaren,Kanarische Inseln,Islas Canarias -18.5 27.5 -13 29.5
Corsica=Korsika,Corse 8.5 41 10 43.5
Crete=Kreta,Kriti 23 34.5 26.5 36
the Cyclades=Kykladen 24 36 26.5 38
Ellesmere Island -92 76 -61 83.5
the Faroe Islands=Färöer,Føroyar -8 61 -6 62.5
the Galápagos Islands -92.5 -1.5 -89 2
the Greater Antilles=Große Antillen -85 17.5 -65 23.5
Hainan 108.5 18 111.5 20.5
Hispaniola -74.5 17.5 -68 20
Hokkaido 139 41 146 46
Honshu 130.5 33 142.5 42
Java=Jawa 105 -9 115 -5.5
the Kuril Islands=Kurils,Kurilen 145 43 157 51
Kyushu 129 30.5 132.5 34
the Lesser Antilles=Kleine Antillen -70.5 10 -59 19
Madeira -17.5 32 -16 33.5
Majorca=Mallorca 2 39 3.5 40
Mindanao 121.5 5.5 127 10
New Guinea=Neuguinea 130.5 -11 151 0
Newfoundland=Neufundland -59.5 46.5 -52.5 52
the North Island, New Zealand 172.5 -42 179 -34
Novaya Zemlya=Nowaja Semlja 51 70.5 69.5 77.5
Okinawa 127.5 26 128.5 27
Sakhalin=Sachalin 141.5 45.5 145 54.5
Sardinia=Sardinien,Sardegna 8 38.5 10 41.5
Shikoku 132 32.5 135 34.5
Sicily=Sizilien,Sicilia 12 36.5 16 38.5
the South Island, New Zealand 166 -47.5 174.5 -40.5
Sulawesi=Celebes 118.5 -6 125.5 2
Sumatra=Sumatera 95 -6 106.5 6
Svalbard=Spitsbergen,Spitzbergen 10 74 34 81
Timor 123 -10.5 127.5 -8
Vancouver Island -128.5 48 -123 51
Victoria Island -119.5 68 -105 74
Zanzibar=Sansibar 39 -6.5 40 -5.5`,
  },
];
