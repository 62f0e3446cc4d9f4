"""What the Lambda function that rotates the database's password is made of; `rotation.handler` is called."""
