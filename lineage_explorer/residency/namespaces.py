r"""Rules that read a place from an identifier: a namespace, a URI, an ARN, a host.

A region counts where the form of the identifier says that there is one, never where a word of a
bucket or a job merely looks like one. Each rule with an example:

ARNs carry the region in their fourth field, the partition in their second.

>>> show("arn:aws:s3:eu-west-1:123456789012:accesspoint/orders", "arn:aws:s3:::acme-eu-west-1")
aws.arn            C storage        IE
aws.arn            C storage        ?    the ARN names no region
>>> show("arn:aws:glue:eu-central-1:123456789012", "arn:aws-cn:sagemaker:cn-north-1:1:model/m")
aws.arn-catalogue  C control plane  DE   a catalogue: the table's files may be elsewhere
aws.arn            C storage        CN

A query engine or a metastore says where the catalogue is, not where the bytes are.

>>> show("awsathena://athena.eu-west-1.amazonaws.com", "hive://metastore:9083")
aws.athena         C control plane  IE   a query engine: the data in S3 may be elsewhere
hive               C control plane  ?    a metastore: its tables' files may be elsewhere
>>> show("hive://ip-10-0-0-1.eu-west-1.compute.internal:9083", "unitycatalog://workspace")
aws.ec2-host       C control plane  IE
catalogue          C control plane  ?    a catalogue: the tables' files may be elsewhere

Warehouses and databases on AWS; `None` is what a provider writes where it knows no region.

>>> show("redshift://sales.eu-west-3:5439", "redshift://sales.None:5439")
aws.redshift       C storage        FR
aws.redshift       C storage        ?    aws has no region none in the table
>>> show("redshift://c.abc.us-east-2.redshift.amazonaws.com:5439")
aws.endpoint       C storage        US
>>> show("postgres://db.abc.eu-west-2.rds.amazonaws.com:5432", "kafka://b-1.c.id.c2.kafka.eu-north-1.amazonaws.com:9092")
aws.endpoint       C storage        GB
aws.endpoint       C storage        SE
>>> show("s3://s3.ap-east-1.amazonaws.com/bucket", "https://acme.s3-eu-west-1.amazonaws.com/key")
aws.endpoint       C storage        HK
aws.endpoint       C storage        IE
>>> show("123456789012.dkr.ecr.eu-west-1.amazonaws.com/fraud", "hdfs://ip-10-0-0-1.eu-west-1.compute.internal:8020")
aws.endpoint       C storage        IE
aws.ec2-host       C storage        IE
>>> show("hdfs://ip-10-0-0-1.ec2.internal:8020", "s3://orders--usw2-az1--x-s3")
aws.ec2-virginia   C storage        US
aws.s3-directory   C storage        US
>>> show("eu.anthropic.claude")
aws.bedrock        C processing     ?    cross-region inference: it runs in one of several regions

A bucket is in some region, but its name does not say in which.

>>> show("s3://acme-eu-west-1-backup", "gs://acme", "abfss://c@acct.dfs.core.windows.net", "wasbs://c@a.blob.core.windows.net")
bucket             C storage        ?    the name of a bucket or account names no region
bucket             C storage        ?    the name of a bucket or account names no region
bucket             C storage        ?    the name of a bucket or account names no region
bucket             C storage        ?    the name of a bucket or account names no region

Snowflake: OpenLineage's clients write `.us-west-1.aws` behind a locator that came without a region.

>>> show("snowflake://xy12345.eu-central-1.aws", "snowflake://acme-prod", "snowflake://xy12345.us-west-1.aws")
snowflake          C storage        DE
snowflake.account  C storage        ?    an organisation's account names no region
snowflake.default  X storage        ?    the client's default, not a region of Snowflake's

Google: the location of BigQuery's datasets is in no name; internal host names carry the zone.

>>> show("bigquery", "spark://vm-1.europe-west4-a.c.acme.internal:7077", "postgres://acme:europe-west1:orders")
bigquery           C storage        ?    the location of a BigQuery dataset is in no name
gcp.internal-host  C storage        NL
gcp.cloud-sql      C storage        BE
>>> show("europe-west3-docker.pkg.dev/acme/models", "projects/p/locations/us-central1/models/m")
gcp.registry       C storage        DE
gcp.resource       C storage        US
>>> show("projects//regions//unknown/", "projects/p/locations/global/x", "spanner://p:i", "pubsub")
gcp.resource       C storage        ?    the path names no location
gcp.resource       C storage        ?    gcp GLOBAL is not one known set of countries
gcp.unplaced       C storage        ?    the name carries no location
gcp.unplaced       C storage        ?    the name carries no location

Azure, and clouds of one country.

>>> show("azurekusto://orders.westeurope.kusto.windows.net", "databricks://westeurope.azuredatabricks.net")
azure.kusto        C storage        NL
azure.databricks   C control plane  NL   a workspace: its tables' files may be elsewhere
>>> show("databricks://adb-12.3.azuredatabricks.net", "sqlserver://acme.database.windows.net")
catalogue          C control plane  ?    a catalogue: the tables' files may be elsewhere
azure.unplaced     C storage        ?    the host name carries no region
>>> show("azurecosmos://acme.documents.azure.com/dbs/orders", "fabric-warehouse://acme")
azure.unplaced     C storage        ?    the host name carries no region
azure.unplaced     C storage        ?    the host name carries no region
>>> show("abfss://c@acct.dfs.core.chinacloudapi.cn", "sqlserver://a.database.usgovcloudapi.net", "snowflake://a.snowflakecomputing.cn")
sovereign.cn       C storage        CN
sovereign.us       C storage        US
sovereign.cn       C storage        CN

Others.

>>> show("kafka://pkc-ab12.europe-west1.gcp.confluent.cloud:9092", "oracle://adb.eu-frankfurt-1.oraclecloud.com:1522")
confluent          C storage        BE
oracle.endpoint    C storage        DE
>>> show("https://acme.oss-eu-west-1.aliyuncs.com/key", "https://s3.eu-gb.cloud-object-storage.appdomain.cloud/acme")
alibaba.oss        C storage        GB
ibm.cos            C storage        GB
>>> show("file", "file:/srv/lake", "inmemory://", "duckdb://shop.duckdb")
local              C storage        ?    on the machine of whoever ran it
local              C storage        ?    on the machine of whoever ran it
local              C storage        ?    on the machine of whoever ran it
local              C storage        ?    on the machine of whoever ran it
>>> show("postgres://prod-db:5432")
"""

from __future__ import annotations

from lineage_explorer.residency.facts import Facts, shipped
from lineage_explorer.residency.forms import LONGEST, RULES, form
from lineage_explorer.residency.rules import Told

_METASTORE = form(r"^(?:hive|unitycatalog|databricks)://")


def where(text: str, facts: Facts) -> Told | None:
    """What the first rule that fits says of an identifier; None where none does.

    >>> where("awsathena://athena.eu-west-1.amazonaws.com", shipped()).places
    ('IE',)
    """
    text = text[:LONGEST]
    for rule in RULES:
        told = rule.told(text, facts)
        if told is not None:
            if told.role == "storage" and _METASTORE.match(text):
                return Told(told.rule, "control plane", told.grade, told.places, told.note)
            return told
    return None


def show(*texts: str) -> None:
    """Print what the rules say, for the examples above."""
    for text in texts:
        told = where(text, shipped())
        if told is not None:
            places = ",".join(told.places) or "?"
            head = f"{told.rule:<18} {told.grade} {told.role:<14} {places}"
            print(f"{head}{' ' * (5 - len(places))}{told.note}".rstrip())  # noqa: T201
