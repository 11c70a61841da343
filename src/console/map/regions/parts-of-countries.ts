import type { RegionGroup } from "./region-group.ts";

/** First-level parts of countries outside of Europe, with the letters of those of the United States. */
export const partsOfCountries: readonly RegionGroup[] = [
  {
    what: "state",
    within: "United States",
    lines: `
Alabama=AL -88.5 30 -84.5 35.5
Alaska=AK 172 51 -129.5 71.5
Arizona=AZ -115 31 -109 37
Arkansas=AR -95 33 -89.5 36.5
California=CA,Kalifornien -124.5 32.5 -114 42
Colorado=CO -109.5 37 -102 41
Connecticut=CT -74 40.5 -71.5 42.5
Delaware=DE -76 38 -75 40
Florida=FL -88 24 -80 31
Georgia=GA -86 30 -80.5 35
Hawaii=HI -160.5 18.5 -154.5 22.5
Idaho=ID -117.5 42 -111 49
Illinois=IL -92 36.5 -87 42.5
Indiana=IN -88.5 37.5 -84.5 42
Iowa=IA -97 40 -90 43.5
Kansas=KS -102.5 37 -94.5 40
Kentucky=KY -90 36 -81.5 39.5
Louisiana=LA -94.5 28.5 -88.5 33.5
Maine=ME -71.5 42.5 -66.5 47.5
Maryland=MD -79.5 37.5 -75 40
Massachusetts=MA -74 41 -69.5 43
Michigan=MI -90.5 41.5 -82 48.5
Minnesota=MN -97.5 43.5 -89 49.5
Mississippi=MS -92 30 -88 35
Missouri=MO -96 35.5 -89 41
Montana=MT -116.5 44 -104 49
Nebraska=NE -104.5 40 -95 43
Nevada=NV -120.5 35 -114 42
New Hampshire=NH -73 42.5 -70.5 45.5
New Jersey=NJ -76 38.5 -73.5 41.5
New Mexico=NM -109.5 31 -103 37
New York=NY -80 40 -71.5 45.5
North Carolina=NC -84.5 33.5 -75 37
North Dakota=ND -104.5 45.5 -96.5 49
Ohio=OH -85 38 -80.5 42
Oklahoma=OK -103 33.5 -94 37
Oregon=OR -125 41.5 -116 46.5
Pennsylvania=PA -81 39.5 -74.5 42.5
Rhode Island=RI -72 41 -71 42.5
South Carolina=SC -83.5 32 -78.5 35.5
South Dakota=SD -104.5 42 -96 46
Tennessee=TN -90.5 34.5 -81.5 37
Texas=TX -107 25.5 -93.5 36.5
Utah=UT -114.5 37 -109 42
Vermont=VT -73.5 42.5 -71 45.5
Virginia=VA -84 36.5 -75 39.5
Washington=WA -125 45.5 -116.5 49
West Virginia=WV -83 37 -77.5 41
Wisconsin=WI -93 42 -86 47.5
Wyoming=WY -111.5 41 -104 45`,
  },
  {
    what: "province or territory",
    within: "Canada",
    lines: `
Alberta -120 49 -110 60
British Columbia -139.5 48 -114 60
Manitoba -102.5 49 -88.5 60
New Brunswick -69.5 44.5 -63.5 48.5
Newfoundland and Labrador -68 46.5 -52.5 60.5
the Northwest Territories -136.5 60 -102 79
Nova Scotia -66.5 43 -59.5 47.5
Nunavut -121 51.5 -61 83.5
Ontario -95.5 41.5 -74 57
Prince Edward Island -64.5 45.5 -61.5 47.5
Quebec -80 44.5 -57 63
Saskatchewan -110 49 -101 60
Yukon -141.5 60 -123.5 70`,
  },
  {
    what: "state or territory",
    within: "Australia",
    lines: `
New South Wales 140.5 -38 154 -28
the Northern Territory 129 -26 138 -10.5
Queensland 138 -29.5 154 -9
South Australia 129 -38.5 141 -26
Tasmania=Tasmanien 143.5 -44 149 -39
Victoria 140.5 -39.5 150 -33.5
Western Australia 112.5 -35.5 129 -13.5`,
  },
  {
    what: "state",
    within: "Brazil",
    lines: `
Acre -74 -11.5 -66.5 -7
Amazonas -74 -10 -56 2.5
Bahia -47 -18.5 -37 -8.5
Ceará -41.5 -8 -37 -2.5
Goiás -53.5 -19.5 -45.5 -12
Maranhão -49 -10.5 -41.5 -1
Mato Grosso -62 -18.5 -50 -7
Mato Grosso do Sul -58.5 -24.5 -50.5 -17
Minas Gerais -51.5 -23 -39.5 -14
Pará -59 -10 -46 3
Paraná -55 -27 -48 -22.5
Pernambuco -41.5 -10 -34.5 -7
Piauí -46 -11 -40 -2.5
Rio Grande do Sul -58 -34 -49.5 -27
Rondônia -67 -14 -59.5 -7.5
Roraima -65 -2 -58.5 5.5
Santa Catarina -54 -29.5 -48 -25.5
State of Rio de Janeiro -45 -23.5 -40.5 -20.5
State of São Paulo -53.5 -25.5 -44 -19.5
Tocantins -51 -13.5 -45.5 -5`,
  },
  {
    what: "province or region",
    within: "China",
    lines: `
Anhui 114.5 29 120 35
Fujian 115.5 23.5 121 28.5
Gansu 92 32 109 43
Guangdong 109.5 20 117.5 25.5
Guangxi 104 20.5 112.5 26.5
Guizhou 103.5 24.5 110 29.5
Hebei 113 36 120 43
Heilongjiang 121 43 135.5 54
Henan 110 31 117 36.5
Hubei 108 29 116.5 33.5
Hunan 108.5 24.5 114.5 30.5
Inner Mongolia=Innere Mongolei,Nei Mongol 97 37 126.5 53.5
Jiangsu 116 30.5 122 35.5
Jiangxi 113.5 24 118.5 30.5
Jilin 121.5 40.5 131.5 46.5
Liaoning 118.5 38.5 126 43.5
Ningxia 104 35 108 39.5
Qinghai 89 31 103.5 39.5
Shaanxi 105 31.5 111.5 40
Shandong 114.5 34 123 38.5
Shanxi 110 34.5 115 41
Sichuan 97 26 109 34.5
Tibet 78 26.5 99.5 36.5
Xinjiang 73 34 96.5 49.5
Yunnan 97.5 21 106.5 29.5
Zhejiang 118 27 123 31.5`,
  },
  {
    what: "state or territory",
    within: "India",
    lines: `
Andhra Pradesh 76.5 12.5 85 19.5
Arunachal Pradesh 91.5 26.5 97.5 29.5
Assam 89.5 24 96.5 28
Bihar 83 24 88.5 28
Chhattisgarh 80 17.5 84.5 24.5
Goa 73.5 14.5 74.5 16
Gujarat 68 20 74.5 25
Haryana 74 27.5 78 31
Himachal Pradesh 75.5 30 79.5 33.5
Jharkhand 83 21.5 88 25.5
Karnataka 74 11.5 79 18.5
Kerala 74.5 8 78 13
Ladakh 75 32 80.5 36.5
Madhya Pradesh 74 21 83 27
Maharashtra 72.5 15.5 81 22.5
Manipur 92.5 23.5 95 26
Meghalaya 89.5 25 93 26.5
Odisha=Orissa 81 17.5 87.5 23
Punjab 73.5 29.5 77 33
Rajasthan 69 23 78.5 30.5
Sikkim 88 27 89 28.5
Tamil Nadu 76 8 80.5 14
Telangana 77 15.5 82 20
Uttar Pradesh 77 23.5 85 30.5
Uttarakhand 77.5 28.5 81.5 31.5
West Bengal 85.5 21 90 27.5`,
  },
  {
    what: "province",
    within: "Pakistan",
    lines: `
Balochistan 60.5 24.5 70.5 32.5
Punjab 69 27.5 75.5 34.5
Sindh 66.5 23.5 71.5 28.5`,
  },
  {
    what: "republic",
    within: "Russia",
    lines: `
Yakutia=Sakha,Jakutien 105 55 163 77.5`,
  },
  {
    what: "province",
    within: "South Africa",
    lines: `
Eastern Cape 22.5 -34.5 30.5 -30
Free State 24 -31 30 -26.5
Gauteng 27 -27 29.5 -25
KwaZulu-Natal 28.5 -31.5 33 -26.5
Limpopo 26 -25.5 32 -22
Mpumalanga 28 -27.5 32.5 -24
Northern Cape 16 -33 25.5 -24.5
Western Cape 17.5 -35 24.5 -30`,
  },
];
