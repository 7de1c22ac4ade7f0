package demo

// fleet is who the demo looks after: a dozen customers, each with products and a way of
// writing dates of its own. The companies are those of the simulator's default tenant, in
// which two are called alike.
func fleet() []customer {
	return []customer{
		acme(), birchStreet(), canalHouse(), goudenSleutel(), eastfield(), fjord(),
		grosseMuehle(), harbourView(), ijsvogel(), juniper(), kestrel(), kestrelNorth(),
	}
}

func acme() customer {
	return customer{
		name: "Acme B.V.", company: 175, prefix: "ACM", domain: "acme.example", zone: "Europe/Amsterdam", locale: dutch,
		jobs: jobsOf(
			group{write: veeamBackup(), at: "20:00", list: []string{
				"Domain Controllers: ACM-DC01 ACM-DC02", "SQL Servers: ACM-SQL01 ACM-SQL02 ACM-SQL03", "File Servers: ACM-FS01 ACM-FS02",
				named("Web Farm", "ACM-WEB", 6), named("Terminal Servers", "ACM-RDS", 5), "Line of Business: ACM-ERP01 ACM-ERP02 ACM-BI01",
				"Telephony: ACM-PBX01", "Print and Tools: ACM-PRN01 ACM-MON01 ACM-WSUS01",
			}},
			group{write: veeamCopy(), at: "02:00", list: []string{
				"Offsite Servers: ACM-DC01 ACM-DC02 ACM-FS01 ACM-FS02", "Offsite SQL: ACM-SQL01 ACM-SQL02 ACM-SQL03",
			}},
			group{write: veeamReplica(), at: "04:00", list: []string{"Replica Critical: ACM-ERP01_replica ACM-SQL01_replica"}},
			group{write: veeamSure(), at: "05:00", list: []string{"SureBackup Critical: ACM-ERP01 ACM-SQL01"}},
			group{write: veeamTape(), at: "23:30", every: 7, list: []string{"Weekly Tape: ACM-FS01 ACM-FS02 ACM-SQL01"}},
			group{write: veeamConfiguration(), at: "06:00", list: []string{"Configuration Backup Job for ACM-VBR01"}},
			group{write: veeam365(), at: "01:00", list: []string{
				"M365 Mailboxes: info@acme.example sales@acme.example finance@acme.example hr@acme.example board@acme.example", "M365 Sites: Intranet Projects Quality",
			}},
			group{write: veeamAgent(), at: "18:30", step: 4, recent: true, list: machines("ACM-LT", 12)},
		),
	}
}

func birchStreet() customer {
	return customer{
		name: "Birch Street Dental", company: 176, prefix: "BSD", domain: "birchstreet.example", zone: "Europe/London", locale: british,
		jobs: jobsOf(
			group{write: hyperBackup, at: "22:00", step: 25, server: "bsd-nas", list: []string{"Patient Files to C2", "Imaging Archive", "Practice Software"}},
			group{write: activeBackup, at: "20:00", step: 20, server: "bsd-nas", list: []string{
				"Reception PCs: BSD-REC01 BSD-REC02", "Surgery PCs: BSD-SUR01 BSD-SUR02 BSD-SUR03 BSD-SUR04", "Practice Server: BSD-SRV01",
			}},
			group{write: activeBackup365, at: "03:00", server: "bsd-nas", list: []string{"Birch Street Tenant"}},
			group{write: duplicati, at: "19:00", step: 6, recent: true, list: machines("BSD-XRAY", 8)},
			group{write: veeamAgent(), at: "18:40", step: 5, recent: true, list: machines("BSD-PC", 9)},
		),
	}
}

func canalHouse() customer {
	return customer{
		name: "Canal House Hotels", company: 177, prefix: "CHH", domain: "canalhouse.example", zone: "Europe/Amsterdam", locale: dutch,
		jobs: jobsOf(
			group{write: vzdump, at: "22:30", server: "pve-centrum", list: []string{"vzdump: pms01 pos01 files01 phone01"}},
			group{write: vzdump, at: "23:00", server: "pve-haven", list: []string{"vzdump: pms02 pos02 cctv02"}},
			group{write: vzdump, at: "23:30", server: "pve-lagune", list: []string{"vzdump: pms03 pos03"}},
			group{write: pbsVerify(), at: "05:00", server: "pbs01", list: []string{"v-hotels: hotels"}},
			group{write: pbsPrune(), at: "05:30", server: "pbs01", list: []string{"p-hotels: hotels"}},
			group{write: pbsSync(), at: "06:00", server: "pbs01", list: []string{"s-offsite: hotels"}},
			group{write: activeBackup, at: "19:30", step: 15, server: "chh-nas", list: []string{
				named("Front Desks Centrum", "CHH-FD1", 3), named("Front Desks Haven", "CHH-FD2", 3), "Back Office: CHH-BO01 CHH-BO02 CHH-BO03", "Kitchen Tablets: CHH-KT01 CHH-KT02",
			}},
			group{write: activeBackupItalian, at: "01:30", step: 20, server: "nas-lagune", list: []string{"Ricevimento: CHH-RI01 CHH-RI02", "Uffici: CHH-UF01"}},
			group{write: duplicati, at: "21:00", step: 7, recent: true, list: machines("CHH-KIOSK", 12)},
		),
	}
}

func goudenSleutel() customer {
	return customer{
		name: "De Gouden Sleutel Notarissen", company: 178, prefix: "DGS", domain: "goudensleutel.example", zone: "Europe/Amsterdam", locale: dutch,
		jobs: jobsOf(
			group{write: veeamBackup(), at: "20:30", list: []string{
				"Aktenarchief: DGS-DMS01 DGS-DMS02", "Infrastructuur: DGS-DC01 DGS-DC02", "Werkplekken: DGS-RDS01 DGS-RDS02 DGS-RDS03", "Database: DGS-SQL01",
			}},
			group{write: veeamCopy(), at: "01:30", list: []string{"Kopie Kluis: DGS-DMS01 DGS-DMS02 DGS-SQL01"}},
			group{write: veeamConfiguration(), at: "06:10", list: []string{"Configuration Backup Job for DGS-BACKUP"}},
			group{write: veeamAgent(), at: "18:30", step: 5, recent: true, list: machines("DGS-NB", 14)},
			group{write: hyperBackup, at: "03:00", step: 30, server: "dgs-nas", list: []string{"Scans", "Kadaster Export"}},
		),
	}
}

func eastfield() customer {
	return customer{
		name: "Eastfield Logistics", company: 179, prefix: "EFL", domain: "eastfield.example", zone: "Europe/London", locale: british,
		jobs: jobsOf(
			group{write: veeamBackup(), at: "19:30", step: 12, list: []string{
				named("Depot Servers", "EFL-DEPOT", 14), "Head Office: EFL-DC01 EFL-FS01 EFL-SQL01", "Warehouse System: EFL-WMS01 EFL-WMS02", "Fleet Tracking: EFL-GPS01 EFL-GPS02", "Customs: EFL-CUS01",
			}},
			group{write: veeamReplica(), at: "02:30", list: []string{"Replica Warehouse: EFL-WMS01_replica EFL-WMS02_replica"}},
			group{write: veeamFiles(), at: "03:30", list: []string{"Scanned Freight Notes: notes-2025 notes-2026"}},
			group{write: veeamCopy(), at: "04:00", list: []string{"Copy to Second Site: EFL-DC01 EFL-FS01 EFL-SQL01 EFL-WMS01"}},
			group{write: veeamTape(), at: "05:00", every: 7, list: []string{"Monthly Vault: EFL-FS01"}},
			group{write: veeamConfiguration(), at: "06:15", list: []string{"Configuration Backup Job for EFL-VEEAM"}},
			group{write: veeamAgent(), at: "18:20", step: 4, recent: true, list: machines("EFL-DESK", 15)},
		),
	}
}

func fjord() customer {
	return customer{
		name: "Fjord & Sons Shipping", company: 180, prefix: "FJS", domain: "fjordsons.example", zone: "Europe/Copenhagen", locale: danish,
		jobs: jobsOf(
			group{write: activeBackupDanish, at: "20:00", step: 20, server: "FjordStore", list: []string{
				"Kontor-Standard: FJS-KON01 FJS-KON02 FJS-KON03", "Bogholderi: FJS-BOG01 FJS-BOG02", "Lager: FJS-LAG01", "Server-Daglig: FJS-SRV01 FJS-SRV02",
			}},
			group{write: veeamBackup(), at: "22:00", list: []string{"Havnekontor: FJS-DC01 FJS-FS01", "Skibsregister: FJS-SQL01 FJS-APP01"}},
			group{write: veeamAgent(), at: "19:00", step: 5, recent: true, list: machines("FJS-BRO", 14)},
			group{write: duplicati, at: "23:00", step: 8, recent: true, list: machines("FJS-SKIB", 6)},
		),
	}
}

func grosseMuehle() customer {
	return customer{
		name: "Große Mühle GmbH", company: 181, prefix: "GMU", domain: "grosse-muehle.example", zone: "Europe/Berlin", locale: german,
		jobs: jobsOf(
			group{write: veeamBackup(), at: "21:00", list: []string{
				"Produktion: GMU-MES01 GMU-MES02 GMU-SPS01", "Verwaltung: GMU-DC01 GMU-FS01 GMU-EX01", "Warenwirtschaft: GMU-ERP01 GMU-SQL01", "Labor: GMU-LAB01",
			}},
			group{write: veeamCopy(), at: "03:00", list: []string{"Auslagerung Silo 2: GMU-ERP01 GMU-SQL01 GMU-FS01"}},
			group{write: veeamConfiguration(), at: "06:20", list: []string{"Configuration Backup Job for GMU-BACKUP01"}},
			group{write: veeam365(), at: "02:00", list: []string{"Postfächer: einkauf@grosse-muehle.example verkauf@grosse-muehle.example labor@grosse-muehle.example"}},
			group{write: hyperBackupGerman, at: "04:00", server: "MuehleNAS", quiet: true, list: []string{"Rezepturen"}},
			group{write: veeamAgent(), at: "18:30", step: 5, recent: true, list: machines("GMU-PC", 16)},
		),
	}
}

func harbourView() customer {
	return customer{
		name: "Harbour View School", company: 182, prefix: "HVS", domain: "harbourview.example", zone: "Europe/London", locale: british,
		jobs: jobsOf(
			group{write: veeamBackup(), at: "20:00", list: []string{"Staff Servers: HVS-DC01 HVS-FS01", "Pupil Servers: HVS-DC02 HVS-FS02", "Library: HVS-LIB01", "Registers: HVS-MIS01 HVS-SQL01"}},
			group{write: veeamCopy(), at: "01:00", list: []string{"Copy to Trust: HVS-MIS01 HVS-SQL01 HVS-FS01"}},
			group{write: vzdump, at: "23:15", server: "pve-lab", list: []string{"vzdump: classroom01 classroom02 moodle01 sandbox01"}},
			group{write: veeam365(), at: "02:15", list: []string{"Staff Mail: head@harbourview.example office@harbourview.example bursar@harbourview.example"}},
			group{write: duplicati, at: "17:30", step: 6, recent: true, list: machines("HVS-TEACH", 18)},
		),
	}
}

func ijsvogel() customer {
	return customer{
		name: "Ijsvogel Architecten", company: 183, prefix: "IJS", domain: "ijsvogel.example", zone: "Europe/Amsterdam", locale: dutch,
		jobs: jobsOf(
			group{write: veeamBackup(), at: "21:30", list: []string{"Tekenkamer: IJS-CAD01 IJS-CAD02 IJS-LIC01", "Kantoor: IJS-DC01 IJS-FS01", "Projectarchief: IJS-ARC01"}},
			group{write: vzdump, at: "22:45", server: "pve-render", list: []string{"vzdump: render01 render02 queue01"}},
			group{write: hyperBackup, at: "02:00", step: 40, server: "ijs-nas", list: []string{"Lopende Projecten", "Afgesloten Projecten", "Beeldbank"}},
			group{write: veeamAgent(), at: "19:00", step: 5, recent: true, list: machines("IJS-WS", 15)},
		),
	}
}

func juniper() customer {
	return customer{
		name: "Juniper Accountants <Europe>", company: 184, prefix: "JUN", domain: "juniper.example", zone: "Europe/Brussels", locale: british,
		jobs: jobsOf(
			group{write: veeamBackup(), at: "20:15", list: []string{
				"Ledger: JUN-LED01 JUN-LED02 JUN-SQL01", "Tax: JUN-TAX01 JUN-TAX02", "Core: JUN-DC01 JUN-DC02 JUN-CA01", "Clients A - M: JUN-CL01 JUN-CL02", "Clients N - Z: JUN-CL03 JUN-CL04",
			}},
			group{write: veeamCopy(), at: "01:15", list: []string{"Copy to Antwerp: JUN-LED01 JUN-LED02 JUN-SQL01"}},
			group{write: veeam365(), at: "02:45", list: []string{
				"Partners: a.maes@juniper.example b.jacobs@juniper.example c.peeters@juniper.example d.smits@juniper.example", "Teams and Sites: Audit Payroll Tax",
			}},
			group{write: veeamConfiguration(), at: "06:05", list: []string{"Configuration Backup Job for JUN-VBR"}},
			group{write: veeamAgent(), at: "18:45", step: 4, recent: true, list: machines("JUN-NB", 16)},
		),
	}
}

func kestrel() customer {
	return customer{
		name: "Kestrel Engineering", company: 185, prefix: "KES", domain: "kestrel.example", zone: "Europe/London", locale: american,
		jobs: jobsOf(
			group{write: veeamBackup(), at: "21:00", list: []string{"CAD Vault: KES-PDM01 KES-PDM02", "Office: KES-DC01 KES-FS01", "Build Servers: KES-CI01 KES-CI02 KES-CI03"}},
			group{write: activeBackup, at: "19:00", step: 20, server: "kes-nas", list: []string{"Workshop PCs: KES-WRK01 KES-WRK02", "Test Benches: KES-TB01 KES-TB02 KES-TB03"}},
			group{write: duplicati, at: "22:00", step: 6, recent: true, list: append([]string{"Site Surveys", "CNC Programs"}, machines("KES-FIELD", 14)...)},
			group{write: veeamConfiguration(), at: "06:25", list: []string{"Configuration Backup Job for KES-BKP01"}},
		),
	}
}

func kestrelNorth() customer {
	return customer{
		name: "Kestrel Engineering North", company: 186, prefix: "KEN", domain: "north.kestrel.example", zone: "Europe/London", locale: british,
		jobs: jobsOf(
			group{write: vzdump, at: "22:00", server: "pve1", list: []string{"vzdump: drawings01 erp01 print01"}},
			group{write: vzdump, at: "22:40", server: "pve2", list: []string{"vzdump: build01 git01 wiki01 mail01"}},
			group{write: pbsVerify(), at: "05:10", server: "pbs", list: []string{"v-daily: north"}},
			group{write: pbsPrune(), at: "05:40", server: "pbs", list: []string{"p-daily: north"}},
			group{write: veeamAgent(), at: "19:10", step: 5, recent: true, list: machines("KEN-LAB", 10)},
			group{write: hyperBackup, at: "01:00", step: 30, server: "ken-nas", list: []string{"Tender Documents", "Old Drawings"}},
			group{write: duplicati, at: "20:30", step: 8, recent: true, list: machines("KEN-VAN", 8)},
		),
	}
}
