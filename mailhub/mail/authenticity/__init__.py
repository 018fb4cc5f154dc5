"""Whether a mail comes from whom its From names: SPF, DKIM, ARC, DMARC and a front relay's word, weighed together.

In two steps, because hostile bytes are read in a process without a network: `signed` reads the bytes and says what each
signature is over; `weighing` asks the DNS through a resolver it is given, and judges.
"""
