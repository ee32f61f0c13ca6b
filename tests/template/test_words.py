"""One word per thing: function, folder, role, log group, queue, state machine."""

import re

from tests.template.conftest import ROOT, Template


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def kebab(name: str) -> str:
    return snake(name).replace("_", "-")


def test_a_function_its_folder_its_name_its_role_and_its_log_group_share_one_word(template: Template) -> None:
    for name, properties in template.functions.items():
        assert properties["CodeUri"] == f"functions/{snake(name)}"
        assert properties["FunctionName"]["Fn::Sub"] == f"${{AWS::StackName}}-{snake(name)}"
        logs = template.resources[f"{name}Logs"]["Properties"]
        assert logs["LogGroupName"]["Fn::Sub"] == f"/aws/lambda/${{AWS::StackName}}-{snake(name)}"
        policies = template.resources[f"{name}Role"]["Properties"]["Policies"]
        assert [policy["PolicyName"] for policy in policies] == [name]


def test_there_is_a_function_for_every_folder(template: Template) -> None:
    folders = {entry.parent.name for entry in (ROOT / "functions").glob("*/app.py")}
    assert folders == {snake(name) for name in template.functions}


def test_a_queue_is_named_like_its_resource(template: Template) -> None:
    for name, properties in template.queues.items():
        word = kebab(name.removesuffix("Queue"))
        accepted = {f"${{AWS::StackName}}-{word}{ending}" for ending in ("", "s", ".fifo")}
        assert properties["QueueName"]["Fn::Sub"] in accepted


def test_the_state_machine_its_file_and_its_log_group_share_one_word(template: Template) -> None:
    for name, properties in template.of_type("AWS::Serverless::StateMachine").items():
        assert properties["DefinitionUri"] == f"statemachines/{snake(name)}.asl.json"
        assert properties["Name"]["Fn::Sub"] == f"${{AWS::StackName}}-{snake(name)}"
        logs = template.resources[f"{name}Logs"]["Properties"]
        assert logs["LogGroupName"]["Fn::Sub"] == f"/aws/vendedlogs/states/${{AWS::StackName}}-{snake(name)}"


def test_an_environment_variable_is_named_like_what_it_holds(template: Template) -> None:
    """`Environment` alone gets a prefix: a variable of that name would say nothing."""
    for variable, value in template.globals["Environment"]["Variables"].items():
        if "Ref" in value and value["Ref"] in template.parameters:
            assert variable == {"Environment": "RELAY_ENVIRONMENT"}.get(value["Ref"], snake(value["Ref"]).upper())
