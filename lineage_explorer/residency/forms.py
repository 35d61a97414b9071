"""The forms of identifiers that say where something is, and of those that do not.

`namespaces` shows an example of each.
"""

from __future__ import annotations

import re

from lineage_explorer.residency.rules import Rule

NAMING = "OpenLineage, Naming Conventions (website/docs/spec/naming.md)"
LONGEST = 2_048
"""No identifier is longer; rules look at this much of a text."""


def form(pattern: str) -> re.Pattern[str]:
    """A pattern of an identifier: ASCII, capitals or not."""
    return re.compile(pattern, re.IGNORECASE | re.ASCII)


_SIDES = {"n": "north", "s": "south", "e": "east", "w": "west", "c": "central"}
_SIDES |= {"ne": "northeast", "se": "southeast", "nw": "northwest", "sw": "southwest"}


def _zone_id(code: str) -> str:
    """The region of an AWS zone id.

    >>> [_zone_id(code) for code in ("usw2", "euc1", "apne1")]
    ['us-west-2', 'eu-central-1', 'ap-northeast-1']
    """
    area, side, number = code[:2], code[2:-1], code[-1]
    return f"{area}-{_SIDES.get(side.lower(), side)}-{number}"


_AWS_HOST = r"(?:^|[/@.])(?:[a-z0-9-]+\.)*"
_REGION = r"[a-z]{2,4}(?:-[a-z]+){1,2}-\d"

RULES: tuple[Rule, ...] = (
    Rule(
        "aws.arn-catalogue",
        "AWS, Identify resources with ARNs; " + NAMING,
        form(r"^arn:aws[a-z-]*:(?:glue|athena|lakeformation):(?P<code>[a-z0-9-]+):"),
        "aws",
        "control plane",
        note="a catalogue: the table's files may be elsewhere",
    ),
    Rule(
        "aws.arn",
        "AWS, Identify resources with ARNs",
        form(r"^arn:aws[a-z-]*:[a-z0-9-]+:(?P<code>[a-z0-9-]+):"),
        "aws",
    ),
    Rule(
        "aws.arn",
        "AWS, Identify resources with ARNs",
        form(r"^arn:aws[a-z-]*:"),
        note="the ARN names no region",
    ),
    Rule(
        "aws.athena",
        NAMING,
        form(r"^awsathena://athena\.(?P<code>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?(?=[:/]|$)"),
        "aws",
        "control plane",
        note="a query engine: the data in S3 may be elsewhere",
    ),
    Rule(
        "aws.redshift",
        NAMING,
        form(r"^redshift://[a-z0-9-]+\.(?P<code>[a-z0-9-]+)(?::\d+)?$"),
        "aws",
        rewritten=str.lower,
    ),
    Rule(
        "aws.endpoint",
        "AWS, Service endpoints and quotas",
        form(
            _AWS_HOST + rf"(?P<code>{_REGION})\.(?:rds|redshift|redshift-serverless|es|aos|aoss"
            r"|neptune|docdb)\.amazonaws\.com(?:\.cn)?(?=[:/]|$)"
        ),
        "aws",
    ),
    Rule(
        "aws.endpoint",
        "AWS, Service endpoints and quotas",
        form(
            _AWS_HOST + r"(?:s3|s3-accesspoint|s3-website|ecr|kafka|kafka-serverless|kinesis"
            rf"|dynamodb|glue|timestream|sagemaker)[.-](?P<code>{_REGION})"
            r"\.amazonaws\.com(?:\.cn)?(?=[:/]|$)"
        ),
        "aws",
    ),
    Rule(
        "aws.ec2-host",
        "AWS, EC2 instance hostnames and domains",
        form(rf"{_AWS_HOST}(?P<code>{_REGION})\.compute\.internal(?=[:/]|$)"),
        "aws",
    ),
    Rule(
        "aws.ec2-virginia",
        "AWS, EC2 instance hostnames and domains: ec2.internal is us-east-1",
        form(r"(?:^|[/@.])[a-z0-9-]+\.ec2\.internal(?=[:/]|$)"),
        places=("US",),
    ),
    Rule(
        "aws.s3-directory",
        "AWS, Directory bucket naming rules",
        form(r"^s3[an]?://[a-z0-9-]+--(?P<code>[a-z]{3,4}\d)-az\d+--x-s3(?=/|$)"),
        "aws",
        rewritten=_zone_id,
    ),
    Rule(
        "aws.bedrock",
        "AWS, Supported Regions and models for inference profiles",
        form(r"^(?:us|eu|apac|global)\.(?:ai21|amazon|anthropic|cohere|deepseek|meta|mistral)\."),
        role="processing",
        note="cross-region inference: it runs in one of several regions",
    ),
    Rule(
        "sovereign.cn",
        "Azure China, AWS China and Snowflake endpoints",
        form(
            r"[./](?:chinacloudapi\.cn|azure\.cn|amazonaws\.com\.cn|snowflakecomputing\.cn)(?=[:/]|$)"
        ),
        places=("CN",),
    ),
    Rule(
        "sovereign.us",
        "Azure Government endpoints",
        form(r"\.usgovcloudapi\.net(?=[:/]|$)"),
        places=("US",),
    ),
    Rule(
        "snowflake.default",
        "OpenLineage client: fix_account_name in common/provider/snowflake.py, SnowflakeUtils.java",
        form(r"^snowflake://[^/]+\.us-west-1\.aws(?=/|$)"),
        grade="X",
        note="the client's default, not a region of Snowflake's",
    ),
    Rule(
        "snowflake",
        "Snowflake, Account identifiers; " + NAMING,
        form(r"^snowflake://[^./-]+\.(?P<code>[a-z0-9-]+\.(?:aws|gcp|azure))(?=/|$)"),
        "snowflake",
    ),
    Rule(
        "snowflake.account",
        "Snowflake, Account identifiers",
        form(r"^snowflake://"),
        note="an organisation's account names no region",
    ),
    Rule(
        "bigquery",
        NAMING,
        form(r"^bigquery(?=$|:)"),
        note="the location of a BigQuery dataset is in no name",
    ),
    Rule(
        "gcp.internal-host",
        "Google Cloud, Compute Engine internal DNS names",
        form(
            r"(?:^|[/@])[a-z0-9-]+\.(?P<zone>[a-z]+(?:-[a-z]+)+\d+-[a-z])\.c\.[a-z0-9.-]+\.internal(?=[:/]|$)"
        ),
        "gcp",
    ),
    Rule(
        "gcp.cloud-sql",
        "Google Cloud, Cloud SQL instance connection names",
        form(
            r"^(?:postgres|postgresql|mysql|sqlserver|mssql)://[a-z][a-z0-9.-]*:(?P<code>[a-z]+(?:-[a-z]+)+\d+):[a-z]"
        ),
        "gcp",
    ),
    Rule(
        "gcp.registry",
        "Google Cloud, Artifact Registry repository names",
        form(r"(?:^|/)(?P<code>[a-z]+(?:-[a-z]+\d+)?)-docker\.pkg\.dev(?=/|$)"),
        "gcp",
    ),
    Rule(
        "gcp.resource",
        "Google Cloud, Resource names",
        form(
            r"(?:^|//[a-z0-9.-]+/)projects/[^/]+/(?:locations|regions)/(?P<code>[a-z0-9-]+)(?=/|$)"
        ),
        "gcp",
    ),
    Rule(
        "gcp.resource",
        "Google Cloud, Resource names",
        form(r"(?:^|//[a-z0-9.-]+/)projects/[^/]*/(?:locations|regions)/(?=/|$)"),
        note="the path names no location",
    ),
    Rule(
        "gcp.unplaced",
        NAMING,
        form(r"^(?:spanner|pubsub)(?=:|$)"),
        note="the name carries no location",
    ),
    Rule(
        "azure.kusto",
        "Azure, Data Explorer cluster URIs",
        form(r"(?:^|[/@])[a-z0-9-]+\.(?P<code>[a-z0-9]+)\.kusto\.windows\.net(?=[:/]|$)"),
        "azure",
    ),
    Rule(
        "azure.databricks",
        "Azure Databricks, Workspace URLs: the legacy regional URL",
        form(r"(?:^|[/@])(?P<code>[a-z]+\d?)\.azuredatabricks\.net(?=[:/]|$)"),
        "azure",
        "control plane",
        note="a workspace: its tables' files may be elsewhere",
    ),
    Rule(
        "azure.unplaced",
        NAMING,
        form(r"^(?:azurecosmos|fabric-warehouse)://|\.database\.windows\.net(?=[:/]|$)"),
        note="the host name carries no region",
    ),
    Rule(
        "confluent",
        "Confluent Cloud, Bootstrap servers",
        form(r"\.(?P<code>[a-z0-9-]+)\.(?P<cloud>aws|gcp|azure)\.confluent\.cloud(?=[:/]|$)"),
    ),
    Rule(
        "oracle.endpoint",
        "Oracle Cloud, API endpoints by region",
        form(r"(?:^|[/@.])(?P<code>[a-z]+(?:-[a-z]+)+-\d)\.oraclecloud\.com(?=[:/]|$)"),
        "oracle",
    ),
    Rule(
        "alibaba.oss",
        "Alibaba Cloud, OSS regions and endpoints",
        form(r"(?:^|[/@.])oss-(?P<code>[a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com(?=[:/]|$)"),
        "alibaba",
    ),
    Rule(
        "ibm.cos",
        "IBM Cloud, Object Storage endpoints",
        form(
            r"(?:^|[/@.])s3\.(?:private\.|direct\.)?(?P<code>[a-z]{2}-[a-z0-9]+)\.cloud-object-storage\.appdomain\.cloud(?=[:/]|$)"
        ),
        "ibm",
    ),
    Rule(
        "bucket",
        NAMING,
        form(r"^(?:s3[an]?|gs|gcs|abfss?|wasbs?|adl|oss|cos)://"),
        note="the name of a bucket or account names no region",
    ),
    Rule(
        "hive",
        NAMING,
        form(r"^hive://"),
        role="control plane",
        note="a metastore: its tables' files may be elsewhere",
    ),
    Rule(
        "catalogue",
        NAMING,
        form(r"^(?:unitycatalog|databricks|iceberg|nessie|polaris)://"),
        role="control plane",
        note="a catalogue: the tables' files may be elsewhere",
    ),
    Rule(
        "local",
        NAMING,
        form(r"^(?:file|inmemory|dbfs|duckdb|sqlite|milvus)(?=[:.]|$)"),
        note="on the machine of whoever ran it",
    ),
)
"""In this order; of one text, the first that fits speaks."""
