import csv

from django.core.management.base import BaseCommand

from labels.models import Item


class Command(BaseCommand):
    help = 'Marks items as gold, from a CSV file with id and label'

    def add_arguments(self, parser):
        parser.add_argument('file')

    def handle(self, *args, **options):
        with open(options['file'], newline='') as file:
            for row in csv.DictReader(file):
                changed = Item.objects.filter(id=row['id']).update(gold_label=row['label'])
                self.stdout.write(f'{row["id"]}: {changed}')
